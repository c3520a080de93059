import { AwsError } from "#endpoint/core/errors.ts";
import type { ManagedProcess, ProcessSpec, ScalableServices } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import { createEcsEngine, type EcsPorts } from "./engine.ts";
import { startExecSessions } from "./exec/sessions.ts";
import { startMetadataServer } from "./metadata.ts";
import { operationsOf } from "./operations/index.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources/index.ts";
import { scalableOf } from "./scalable.ts";

/** A container's process; its end is the container's, whatever causes it. */
export interface ContainerProcess {
  readonly taskArn: string;
  readonly container: string;
  readonly process: ManagedProcess;
}

export interface Ecs {
  readonly service: AwsService;
  /** Runs a command with a container's environment, next to its process. Throws `AwsError` as ExecuteCommand does. */
  exec(
    taskArn: string,
    container: string | undefined,
    command: Pick<ProcessSpec, "command" | "args" | "onLine">,
  ): ManagedProcess;
  /** For Application Auto Scaling. */
  readonly scalable: ScalableServices;
  /** The processes that stand for containers at the moment. */
  processes(): readonly ContainerProcess[];
  /** Ends every task's processes, within seconds. Stopping again changes nothing. */
  stop(): Promise<void>;
}

/** ECS whose containers are child processes of this one. */
export async function createEcs(ports: EcsPorts): Promise<Ecs> {
  const metadata = await startMetadataServer();
  const sessions = await startExecSessions();
  const engine = createEcsEngine(ports, metadata, sessions);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= engine
      .stop()
      .then(() => Promise.all([metadata.close(), sessions.close()]))
      .then(() => undefined);
    return stopped;
  };
  return {
    service: {
      signingName: "ecs",
      protocol: { kind: "json" },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
      malformed: ({ message }) => new AwsError("InvalidParameterException", message),
      ...accessOf(engine),
      stop,
    },
    stop,
    scalable: scalableOf(engine),
    processes: () =>
      engine.tasks
        .list(ports.clock.now())
        .flatMap(({ arn, containers }) =>
          containers.flatMap(({ name, lastStatus, process }) =>
            process === undefined || lastStatus !== "RUNNING" ? [] : [{ taskArn: arn, container: name, process }],
          ),
        ),
    exec(taskArn, container, command) {
      const task = engine.tasks.list(ports.clock.now()).find(({ arn }) => arn === taskArn);
      return engine.exec(task, container, command);
    },
  };
}
