import { ECSClient, ExecuteCommandCommand } from "@aws-sdk/client-ecs";
import { openChannel, type Session, SessionError } from "@mcp-fleet/session-manager/channel.ts";
import { names, type ServicePlan } from "#fleet";
import { isAwsError } from "../aws.ts";
import { type ExitCode, Failure, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { listTasks } from "../status/read.ts";
import { reportExitCode } from "./exit-code.ts";

const newline = 0x0a;
/** Ctrl-D, as the terminal in the task reads it. */
const endOfInput = 0x04;

export interface Shell {
  /** Id or arn of the task; `undefined` takes the first. */
  readonly task: string | undefined;
  /** Without one, a shell to type in. */
  readonly command: readonly string[] | undefined;
}

/** Joins the operator's terminal and a command in the task, whose exit code it gives; 0 after an interactive shell. */
export async function openShell(stage: Stage, service: ServicePlan, shell: Shell): Promise<ExitCode> {
  const task = await chooseTask(stage, service, shell.task);
  stage.terminal.note(stage.terminal.paint.dim(`${service.key}, task ${task.slice(task.lastIndexOf("/") + 1)}`));
  if (shell.command === undefined) {
    await join(stage, await start(stage, service, task, "/bin/sh"), (data) => data);
    return 0;
  }
  const reported = reportExitCode(shell.command);
  await join(stage, await start(stage, service, task, reported.line), reported.read);
  const { rest, code } = reported.end();
  stage.stdout.write(rest);
  if (code !== undefined) return code;
  throw new Failure("The session ended before the command did: it was cut off, or the image has no /bin/sh.");
}

async function chooseTask(stage: Stage, service: ServicePlan, wanted: string | undefined): Promise<string> {
  const tasks = await listTasks(stage, service);
  const [task] =
    wanted === undefined ? tasks : tasks.filter((arn) => arn.split("/").at(-1)?.startsWith(wanted) || arn === wanted);
  if (task !== undefined) return task;
  if (wanted !== undefined)
    throw new UsageError(`${service.key} has no running task ${wanted}: fleet status --json lists them.`);
  throw new Failure(`${service.key} has no running task: fleet status and fleet logs ${service.key} show why.`);
}

async function start({ aws, plan }: Stage, service: ServicePlan, task: string, command: string): Promise<Session> {
  const input = { cluster: names.cluster(plan.stage), task, container: service.key, interactive: true, command };
  try {
    const { session } = await aws.client(ECSClient).send(new ExecuteCommandCommand(input));
    if (session?.streamUrl === undefined || session.tokenValue === undefined)
      throw new Failure("ECS opened no session: try again.");
    return { streamUrl: session.streamUrl, tokenValue: session.tokenValue };
  } catch (error) {
    if (isAwsError(error, "TargetNotConnectedException"))
      throw new Failure(`The task's agent has not connected yet: try again in a minute. (${error.message})`);
    throw error;
  }
}

async function join({ stdin, stdout, signal }: Stage, session: Session, read: (data: Buffer) => Buffer): Promise<void> {
  const channel = openChannel(session, (data) => stdout.write(read(data)));
  const setRaw = (mode: boolean) => {
    if (stdin.isTTY === true) stdin.setRawMode?.(mode);
  };
  const resize = () => {
    if (stdout.columns !== undefined) channel.resize({ cols: stdout.columns, rows: stdout.rows ?? 24 });
  };
  let line: "begun" | "ended" = "ended";
  const send = (data: Buffer | string) => {
    const bytes = Buffer.from(data);
    line = bytes.at(-1) === newline ? "ended" : "begun";
    channel.send(bytes);
  };
  // The end of a pipe is Ctrl-D to the command, sent twice after an unfinished line: the first only submits that line.
  // A terminal does not end.
  const finish = () => channel.send(Buffer.from(line === "ended" ? [endOfInput] : [endOfInput, endOfInput]));
  const terminate = () => channel.terminate();
  resize();
  stdout.on("resize", resize);
  stdin.on("data", send);
  stdin.on("end", finish);
  signal.addEventListener("abort", terminate);
  setRaw(true);
  stdin.resume();
  try {
    await channel.closed;
  } catch (error) {
    throw error instanceof SessionError ? new Failure(error.message) : error;
  } finally {
    setRaw(false);
    stdin.pause();
    stdin.off("data", send);
    stdin.off("end", finish);
    stdout.off("resize", resize);
    signal.removeEventListener("abort", terminate);
  }
}
