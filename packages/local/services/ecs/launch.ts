import { constants } from "node:os";
import { AwsError } from "#local/endpoint/errors.ts";
import type { LogSink, ManagedProcess, ProcessSpec } from "#local/endpoint/ports.ts";
import { containerEnvironment, type EnvironmentSources } from "./environment.ts";
import { localCommand } from "./local-command.ts";
import type { Container, Task } from "./model.ts";
import { StartError } from "./start-error.ts";
import type { ContainerDefinition } from "./task-definition.ts";
import { definitionOf } from "./tasks.ts";

export interface Launch {
  readonly container: Container;
  readonly spec: ProcessSpec;
}

export interface LaunchPorts {
  readonly environment: EnvironmentSources;
  readonly logs: LogSink;
  readonly projectRoot: string;
}

/** How a container's process is to be started. Throws `StartError` when a secret or the command is not to be had. */
export function planLaunch(task: Task, container: Container, io: LaunchPorts): Launch {
  const definition = definitionOf(task, container);
  const env = containerEnvironment(task, container, definition, io.environment);
  const [command, ...args] = localCommand(definition);
  const write = logWriter(task, definition, io.logs);
  return { container, spec: { command, args, env, cwd: io.projectRoot, onLine: (line) => write?.(line) } };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function logWriter(task: Task, definition: ContainerDefinition, logs: LogSink): ((line: string) => void) | undefined {
  const configuration = definition.logConfiguration;
  const group = configuration?.options["awslogs-group"];
  if (configuration?.logDriver !== "awslogs" || group === undefined) return undefined;
  const prefix = configuration.options["awslogs-stream-prefix"] ?? "ecs";
  const stream = `${prefix}/${definition.name}/${task.id}`;
  return (line) => logs.write(group, stream, [line]);
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
