import { constants as access, accessSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, resolve } from "node:path";
import { AwsError } from "#endpoint/core/errors.ts";
import type { LogGroupSink, ManagedProcess, ProcessSpec } from "#endpoint/core/ports.ts";
import { containerEnvironment, type EnvironmentSources } from "./environment.ts";
import { localCommand } from "./local-command.ts";
import type { Container, Task } from "./model.ts";
import { StartError } from "./start-error.ts";
import type { ContainerDefinition } from "./task-definitions.ts";
import { definitionOf } from "./tasks.ts";

export interface Launch {
  readonly container: Container;
  readonly spec: ProcessSpec;
}

export interface LaunchPorts {
  readonly environment: EnvironmentSources;
  readonly logs: LogGroupSink;
  readonly projectRoot: string;
}

/** How a container's process is to be started. Throws `StartError` when something it needs is missing. */
export function planLaunch(task: Task, container: Container, io: LaunchPorts): Launch {
  const definition = definitionOf(task, container);
  const env = containerEnvironment(task, container, definition, io.environment);
  const [command, ...args] = localCommand(definition, env.PORT);
  checkExecutable(command, env.PATH ?? "", io.projectRoot);
  const write = logWriter(task, definition, io.logs);
  return { container, spec: { command, args, env, cwd: io.projectRoot, onLine: (line) => write?.(line) } };
}

/** As runc does, before anything of the container runs: a shell would start, and exit with 127. */
function checkExecutable(command: string, path: string, cwd: string): void {
  const folders = command.includes("/") ? [cwd] : path.split(delimiter).filter((folder) => folder !== "");
  if (folders.some((folder) => isExecutable(resolve(folder, command)))) return;
  const why = command.includes("/") ? "no such file or directory" : "executable file not found in $PATH";
  throw new StartError(
    "CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to " +
      "create shim task: OCI runtime create failed: runc create failed: unable to start container process: " +
      `exec: ${JSON.stringify(command)}: ${why}: unknown`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, access.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function logWriter(
  task: Task,
  definition: ContainerDefinition,
  logs: LogGroupSink,
): ((line: string) => void) | undefined {
  const configuration = definition.logConfiguration;
  const group = configuration?.options["awslogs-group"];
  if (configuration?.logDriver !== "awslogs" || group === undefined) return undefined;
  if (!logs.hasGroup(group) && configuration.options["awslogs-create-group"] !== "true")
    throw new StartError(
      "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to " +
        "create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
    );
  const prefix = configuration.options["awslogs-stream-prefix"] ?? "ecs";
  const stream = `${prefix}/${definition.name}/${task.id}`;
  // The stream exists from the start, even for a task that writes nothing. What comes after its group has gone is lost.
  logs.write(group, stream, []);
  return (line) => {
    if (logs.hasGroup(group)) logs.write(group, stream, [line]);
  };
}

/** As a shell counts: 137 for SIGKILL, 143 for SIGTERM. */
export function exitCodeOf(exit: Awaited<ManagedProcess["exited"]>): number {
  const signal = Object.entries(constants.signals).find(([name]) => name === exit.signal)?.[1] ?? 0;
  return exit.code ?? 128 + signal;
}

/** Node quotes the offending value in some messages, and that may be a secret: only our own are passed on whole. */
export function startFailure(error: Error): string {
  if (error instanceof StartError) return error.message;
  if (error instanceof AwsError) return `CannotStartContainerError: ${error.code}: ${error.message}`;
  return `CannotStartContainerError: ${"code" in error && typeof error.code === "string" ? error.code : error.name}`;
}
