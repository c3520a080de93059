import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import { ChatSettings } from "#chat/settings.ts";
import { putCredentials } from "#start/credentials.ts";
import { type FleetStage, openStage } from "../test/stage/stage.ts";
import { mapWithAllFunctions, prepareEvents } from "./first-events.ts";
import { median } from "./median.ts";

/** Milliseconds from process start to the handler ready and to its first event handled; medians, and the least. */
export interface FirstEventFigures {
  readonly name: string;
  readonly ours: Figures;
  /** Of the Python function that does the job elsewhere; absent where there is none, or its file is not at hand. */
  readonly python: (Figures & { readonly ratio: Both; readonly cpuRatio: number }) | undefined;
}

interface Figures {
  readonly coldStart: Both;
  readonly firstEvent: Both;
  readonly ofColdStart: Both;
  /** Processor time up to the first event handled: the median. */
  readonly cpuMs: number;
}

interface Both {
  readonly median: number;
  /** Of the shortest rounds. */
  readonly least: number;
}

const rounds = 9;

/**
 * Process start to first event handled, of the deployed bundles, against the endpoint; next to them, on the same events,
 * the Python functions in the folder that `BENCH_PYTHON_FUNCTIONS` names: `lambda_function.py`, AWS's rotation template
 * (aws-samples/aws-secrets-manager-rotation-lambdas, SecretsManagerRotationTemplate), and `notify_slack.py`
 * (terraform-aws-modules/terraform-aws-notify-slack, functions). They need `python3` with boto3.
 */
export async function benchFirstEvent(): Promise<readonly FirstEventFigures[]> {
  const map = mapWithAllFunctions();
  const stage = await openStage(map);
  try {
    await stage.deploy(map);
    await putCredentials(stage.fleet, stage.plan(map));
    const { events, close } = await prepareEvents(stage);
    const figures: FirstEventFigures[] = [];
    for (const [name, prepare] of Object.entries(events)) {
      figures.push(await compare(name, await deployed(stage, name), pythonOf(stage, name), prepare));
    }
    close();
    return figures;
  } finally {
    await stage.close();
  }
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The folder of its code, as Lambda starts it. */
  readonly cwd?: string;
}

/** Reads the event from its last argument; says when it is ready and when it has handled it, and fails when that fails. */
async function deployed(stage: FleetStage, name: string): Promise<Program> {
  const { Configuration, Code } = await new LambdaClient(stage.client).send(
    new GetFunctionCommand({ FunctionName: `local-mcp-${name}` }),
  );
  const [module = ""] = Configuration?.Handler?.split(".") ?? [];
  const folder = new URL(`${Code?.Location}/`);
  const file = [".mjs", ".js", ".cjs"].map((end) => new URL(`${module}${end}`, folder)).find((url) => existsSync(url));
  if (file === undefined) throw new Error(`${name} has no ${module} in ${folder.href}.`);
  const script = `const { handler } = await import(${JSON.stringify(file.href)});
process.stdout.write("ready\\n");
await handler(JSON.parse(process.argv[1]), { getRemainingTimeInMillis: () => 60_000 });
const { user, system } = process.cpuUsage();
process.stdout.write("handled " + (user + system) / 1000 + "\\n", () => process.exit());`;
  const { CHAT_SETTINGS, ...env } = Configuration?.Environment?.Variables ?? {};
  return {
    command: process.execPath,
    args: ["--input-type=module", "-e", script],
    env: {
      ...env,
      ...(CHAT_SETTINGS !== undefined && { CHAT_SETTINGS: toOneWebhook(CHAT_SETTINGS) }),
      ...endpointOf(stage),
      LAMBDA_TASK_ROOT: fileURLToPath(folder),
    },
    cwd: fileURLToPath(folder),
  };
}

/** As the Python notifier, which posts to one. Ours looks up what helps the reader as well, and keeps a record. */
function toOneWebhook(settings: string): string {
  const parsed = v.parse(v.pipe(v.string(), v.parseJson(), ChatSettings), settings);
  return JSON.stringify({ ...parsed, routes: [{ to: ["slack-feed"] }] } satisfies ChatSettings);
}

interface Python extends Program {
  /** The event as this function takes it. */
  readonly eventOf: (event: unknown) => unknown;
}

function pythonOf(stage: FleetStage, name: string): Python | undefined {
  switch (name) {
    case "rotate-secret":
      return python("lambda_function", endpointOf(stage, "SECRETS_MANAGER_ENDPOINT"), (event) => event);
    case "alarm-to-chat": {
      const slack = {
        SLACK_WEBHOOK_URL: stage.fleet.chats.secret.SLACK_WEBHOOK_URL ?? "",
        SLACK_CHANNEL: "C0MCPALERTS",
        SLACK_USERNAME: "bench",
        SLACK_EMOJI: ":bell:",
      };
      const Queued = v.object({ Records: v.array(v.object({ body: v.pipe(v.string(), v.parseJson()) })) });
      return python("notify_slack", { ...endpointOf(stage), ...slack }, (event) => ({
        Records: v.parse(Queued, event).Records.map(({ body }) => ({ Sns: body })),
      }));
    }
    default:
      return undefined;
  }
}

function python(module: string, env: Program["env"], eventOf: Python["eventOf"]): Python | undefined {
  const folder = process.env.BENCH_PYTHON_FUNCTIONS;
  if (folder === undefined || !existsSync(join(folder, `${module}.py`))) return undefined;
  const script = `import json, sys, time
sys.path.insert(0, ${JSON.stringify(folder)})
from ${module} import lambda_handler
print("ready", flush=True)
lambda_handler(json.loads(sys.argv[1]), None)
print("handled", time.process_time() * 1000, flush=True)`;
  return { command: "python3", args: ["-c", script], env, eventOf };
}

function endpointOf({ cloud }: FleetStage, name = "AWS_ENDPOINT_URL"): Readonly<Record<string, string>> {
  const { endpointUrl, region } = cloud.place;
  return {
    [name]: endpointUrl,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "operator",
    AWS_SECRET_ACCESS_KEY: "operator",
  };
}

interface Taken {
  readonly readyMs: number;
  readonly handledMs: number;
  readonly cpuMs: number;
}

async function compare(
  name: string,
  ours: Program,
  theirs: Python | undefined,
  prepare: () => Promise<unknown>,
): Promise<FirstEventFigures> {
  const taken: { readonly ours: Taken[]; readonly theirs: Taken[] } = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    const event = await prepare();
    taken.ours.push(await timeFirstEvent(ours, event));
    if (theirs !== undefined) taken.theirs.push(await timeFirstEvent(theirs, theirs.eventOf(event)));
  }
  const own = figuresOf(taken.ours);
  if (theirs === undefined) return { name, ours: own, python: undefined };
  const other = figuresOf(taken.theirs);
  const ratio = over(own.firstEvent, other.firstEvent);
  return { name, ours: own, python: { ...other, ratio, cpuRatio: rounded(own.cpuMs / other.cpuMs) } };
}

function figuresOf(taken: readonly Taken[]): Figures {
  const both = (values: readonly number[]) => ({
    median: Math.round(median(values)),
    least: Math.round(Math.min(...values)),
  });
  const [coldStart, firstEvent] = [both(taken.map((one) => one.readyMs)), both(taken.map((one) => one.handledMs))];
  const cpuMs = Math.round(median(taken.map((one) => one.cpuMs)));
  return { coldStart, firstEvent, ofColdStart: over(firstEvent, coldStart), cpuMs };
}

const rounded = (value: number) => Math.round(value * 100) / 100;
const over = (one: Both, other: Both): Both => ({
  median: rounded(one.median / other.median),
  least: rounded(one.least / other.least),
});

async function timeFirstEvent({ command, args, env, cwd }: Program, event: unknown): Promise<Taken> {
  const began = performance.now();
  const child = spawn(command, [...args, JSON.stringify(event)], {
    cwd,
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const taken = await awaitHandled(child, began);
  await once(child, "exit");
  return taken;
}

function awaitHandled(child: ChildProcess, began: number): Promise<Taken> {
  return new Promise((resolve, reject) => {
    let said = "";
    let readyMs: number | undefined;
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (/^ready$/m.test(said)) readyMs ??= performance.now() - began;
      const [, cpuMs] = /^handled ([\d.]+)$/m.exec(said) ?? [];
      if (cpuMs === undefined || readyMs === undefined) return;
      resolve({ readyMs, handledMs: performance.now() - began, cpuMs: Number(cpuMs) });
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.on("exit", (code) => reject(new Error(`The function exited with code ${code} before it was done:\n${said}`)));
  });
}
