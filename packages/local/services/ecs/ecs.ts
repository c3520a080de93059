import type { ManagedProcess, ProcessSpec } from "#local/endpoint/ports.ts";
import type { AwsService } from "#local/endpoint/service.ts";
import { conditionKeysOf, resourceOf } from "./access.ts";
import { createEngine, type EcsPorts } from "./engine.ts";
import { startExecSessions } from "./exec/sessions.ts";
import { startMetadataServer } from "./metadata.ts";
import { clusterOperations } from "./operations/clusters.ts";
import { serviceOperations } from "./operations/services.ts";
import { tagOperations } from "./operations/tags.ts";
import { taskDefinitionOperations } from "./operations/task-definitions.ts";
import { taskOperations } from "./operations/tasks.ts";
import { resourcesOf } from "./resources.ts";

export type { EcsPorts } from "./engine.ts";

/** A container's process; its end is the container's, whoever brings it about. */
export interface ContainerProcess {
  readonly taskArn: string;
  readonly container: string;
  readonly process: ManagedProcess;
}

export interface Ecs {
  readonly service: AwsService;
  /** Runs a command with a container's environment, beside its process. Throws `AwsError` as ExecuteCommand does. */
  exec(
    taskArn: string,
    container: string | undefined,
    command: Pick<ProcessSpec, "command" | "args" | "onLine">,
  ): ManagedProcess;
  /** The processes that stand for containers at the moment. */
  processes(): readonly ContainerProcess[];
  /** Ends every task's processes, within seconds. Stopping again changes nothing. */
  stop(): Promise<void>;
}

/** ECS whose containers are child processes of this one. */
export async function createEcs(ports: EcsPorts): Promise<Ecs> {
  const metadata = await startMetadataServer();
  const sessions = await startExecSessions();
  const engine = createEngine(ports, metadata, sessions);
  const arnPrefix = `arn:aws:ecs:${ports.place.region}:${ports.place.account}`;
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
      operations: {
        ...clusterOperations(engine),
        ...taskDefinitionOperations(engine),
        ...serviceOperations(engine),
        ...taskOperations(engine),
        ...tagOperations(engine),
      },
      resources: resourcesOf(engine),
      resourceOf: (operation, input) => resourceOf(arnPrefix, operation, input),
      conditionKeysOf: (_operation, input) => conditionKeysOf(arnPrefix, input),
      stop,
    },
    stop,
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
