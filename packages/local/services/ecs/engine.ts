import type {
  Clock,
  CredentialIssuer,
  EventBus,
  ImageResolver,
  LogSink,
  ManagedProcess,
  ParameterReader,
  Place,
  ProcessSpec,
  ProcessSupervisor,
  SecretReader,
  TargetRegistry,
} from "#local/endpoint/ports.ts";
import { type ClusterRegistry, createClusterRegistry } from "./clusters.ts";
import type { ExecSessions, OpenedSession } from "./exec/sessions.ts";
import { startTerminal } from "./exec/terminal.ts";
import type { MetadataServer } from "./metadata.ts";
import type { Deployment, Stop, Tag, Task } from "./model.ts";
import { createPortAllotment } from "./port-allotment.ts";
import type { Service } from "./service.ts";
import { createServiceEvents, taskStateChange } from "./service-events.ts";
import { createServiceRegistry, type ServiceRegistry } from "./services.ts";
import { createTaskDefinitionRegistry, type TaskDefinitionRegistry } from "./task-definition.ts";
import { createTaskRunner } from "./task-runner.ts";
import {
  createTaskRegistry,
  executableContainer,
  type RunningContainer,
  type TaskRegistry,
  type TaskRequest,
} from "./tasks.ts";

export interface EcsPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly logs: LogSink;
  readonly targets: TargetRegistry;
  readonly secrets: SecretReader;
  readonly parameters: ParameterReader;
  readonly credentials: CredentialIssuer;
  readonly images: ImageResolver;
  readonly supervisor: ProcessSupervisor;
  /** Where local commands run: the root of the project. */
  readonly projectRoot: string;
  /** The operator's `PATH` and `HOME`, the only things a task has of the operator's environment. */
  readonly host: { readonly path: string; readonly home: string };
  /** Given to every container, such as the local certificate authority's `NODE_EXTRA_CA_CERTS`. */
  readonly extraEnvironment?: Readonly<Record<string, string>>;
}

/** Clusters, task definitions, services and tasks, and all that keeps them going. */
export interface Engine {
  readonly clock: Clock;
  readonly clusters: ClusterRegistry;
  readonly definitions: TaskDefinitionRegistry;
  readonly services: ServiceRegistry;
  readonly tasks: TaskRegistry;
  runTask(request: TaskRequest): Task;
  stopTask(task: Task, stop: Stop): Promise<void>;
  /** Runs a command beside a container's process, with the container's environment. Throws ECS's errors. */
  exec(task: Task | undefined, container: string | undefined, spec: Omit<ProcessSpec, "env" | "cwd">): ManagedProcess;
  /** A session in which a client may run the command on a terminal in the container. */
  openSession(container: RunningContainer, command: string): OpenedSession;
  /** Ends every task's processes, and starts no other. */
  stop(): Promise<void>;
}

export function createEngine(io: EcsPorts, metadata: MetadataServer, sessions: ExecSessions): Engine {
  const arnPrefix = `arn:aws:ecs:${io.place.region}:${io.place.account}`;
  const clusters = createClusterRegistry(arnPrefix);
  const definitions = createTaskDefinitionRegistry(arnPrefix);
  const tasks = createTaskRegistry(arnPrefix);
  let closing = false;

  const taskChanged = (task: Task) => {
    io.bus.put(taskStateChange(task, io.clock.now()));
    if (closing || !task.group.startsWith("service:")) return;
    services.find(task.clusterArn, task.group.slice("service:".length))?.taskChanged(task);
  };

  const runner = createTaskRunner({
    ...io,
    environment: {
      ...io,
      extraEnvironment: io.extraEnvironment ?? {},
      metadataUri: (container) => metadata.uri(container),
    },
    ports: createPortAllotment(),
    onChange: taskChanged,
  });

  const runTask = (request: TaskRequest): Task => {
    const task = tasks.create(request, io.clock.now());
    metadata.publish(task);
    // After the caller knows the task: its first change must find it.
    setImmediate(() => runner.start(task));
    return task;
  };

  const services: ServiceRegistry = createServiceRegistry(arnPrefix, definitions, {
    clock: io.clock,
    targets: io.targets,
    events: createServiceEvents(io.bus, io.clock),
    startTask: (service, deployment) => runTask(serviceTask(service, deployment, clusters, definitions)),
    stopTask: (task, stop) => void runner.stop(task, stop),
  });

  const unsubscribe = io.targets.onHealthChange(() => {
    for (const service of services.list()) service.touch();
  });

  return {
    clock: io.clock,
    clusters,
    definitions,
    services,
    tasks,
    runTask,
    stopTask: (task, stop) => runner.stop(task, stop),
    exec: (task, container, spec) => {
      const { environment } = executableContainer(task, container);
      return io.supervisor.start({ ...spec, cwd: io.projectRoot, env: environment });
    },
    openSession: ({ environment, process }, command) =>
      sessions.open({
        containerGone: process.exited,
        start: (size, onData) =>
          startTerminal(io.supervisor, {
            commandLine: command,
            size,
            cwd: io.projectRoot,
            env: { TERM: "xterm-256color", ...environment },
            onData,
          }),
      }),
    async stop() {
      closing = true;
      unsubscribe();
      for (const service of services.list()) service.close();
      await runner.close();
    },
  };
}

function serviceTask(
  service: Service,
  deployment: Deployment,
  clusters: ClusterRegistry,
  definitions: TaskDefinitionRegistry,
): TaskRequest {
  const { settings } = service.rollout;
  const definition = definitions.find(deployment.taskDefinitionArn);
  if (definition === undefined) throw new Error(`task definition ${deployment.taskDefinitionArn} is gone`);
  return {
    cluster: clusters.active(service.identity.clusterArn),
    definition,
    group: `service:${service.identity.name}`,
    startedBy: deployment.id,
    loadBalancers: settings.loadBalancers,
    enableExecuteCommand: settings.enableExecuteCommand,
    tags: taskTags(service, definition.tags),
  };
}

function taskTags(service: Service, definitionTags: readonly Tag[]): readonly Tag[] {
  const { propagateTags, enableECSManagedTags } = service.rollout.settings.extra;
  const cluster = service.identity.clusterArn.slice(service.identity.clusterArn.lastIndexOf("/") + 1);
  const propagated =
    propagateTags === "SERVICE" ? service.tags : propagateTags === "TASK_DEFINITION" ? definitionTags : [];
  const managed = [
    { key: "aws:ecs:clusterName", value: cluster },
    { key: "aws:ecs:serviceName", value: service.identity.name },
  ];
  return enableECSManagedTags === true ? [...propagated, ...managed] : propagated;
}
