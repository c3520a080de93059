import type {
  AlarmStates,
  Clock,
  CredentialIssuer,
  EventBus,
  ImageResolver,
  LogGroupSink,
  ManagedProcess,
  MetricSink,
  ParameterReader,
  Place,
  ProcessSpec,
  ProcessSupervisor,
  SecretReader,
  TargetRegistry,
} from "#endpoint/core/ports.ts";
import { startTerminal } from "#endpoint/processes/terminal.ts";
import { type Clusters, createClusters } from "./clusters.ts";
import type { Service } from "./ecs-service.ts";
import type { ExecSessions, OpenedSession } from "./exec/sessions.ts";
import type { MetadataServer } from "./metadata.ts";
import type { Deployment, Stop, Task } from "./model.ts";
import { createServiceEvents, taskStateChange } from "./service-events.ts";
import { createServices, type Services } from "./services.ts";
import type { Tag } from "./tag.ts";
import { createTaskDefinitions, type TaskDefinitions } from "./task-definitions.ts";
import { createTaskRunner } from "./task-runner.ts";
import { watchTaskUsage } from "./task-usage.ts";
import { createTasks, executableContainer, type RunningContainer, type TaskRequest, type Tasks } from "./tasks.ts";

export interface EcsPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly logs: LogGroupSink;
  readonly targets: TargetRegistry;
  readonly alarms: AlarmStates;
  readonly metrics: MetricSink;
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
export interface EcsEngine {
  /** `arn:aws:ecs:<region>:<account>` */
  readonly arnPrefix: string;
  readonly clock: Clock;
  readonly clusters: Clusters;
  readonly definitions: TaskDefinitions;
  readonly services: Services;
  readonly tasks: Tasks;
  runTask(request: TaskRequest): Task;
  stopTask(task: Task, stop: Stop): Promise<void>;
  /** Runs a command next to a container's process, with the container's environment. Throws ECS's errors. */
  exec(task: Task | undefined, container: string | undefined, spec: Omit<ProcessSpec, "env" | "cwd">): ManagedProcess;
  /**
   * A session in which a client may run the command on a terminal in the container.
   * @param transcripts the log group of what is typed and shown
   */
  openSession(container: RunningContainer, command: string, transcripts: string | undefined): OpenedSession;
  /** Ends every task's processes, and starts no other. */
  stop(): Promise<void>;
}

export function createEcsEngine(io: EcsPorts, metadata: MetadataServer, sessions: ExecSessions): EcsEngine {
  const arnPrefix = `arn:aws:ecs:${io.place.region}:${io.place.account}`;
  const clusters = createClusters(arnPrefix);
  const definitions = createTaskDefinitions(arnPrefix);
  const tasks = createTasks(arnPrefix);
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
    onChange: taskChanged,
  });

  const runTask = (request: TaskRequest): Task => {
    const task = tasks.create(request, io.clock.now());
    metadata.publish(task);
    // After the caller knows the task: its first change must find it.
    setImmediate(() => runner.start(task));
    return task;
  };

  const services: Services = createServices(arnPrefix, definitions, {
    clock: io.clock,
    targets: io.targets,
    alarms: io.alarms,
    events: createServiceEvents(io.bus, io.clock),
    startTask: (service, deployment) => runTask(serviceTask(service, deployment, clusters, definitions)),
    stopTask: (task, stop) => void runner.stop(task, stop),
    imagesOf: (taskDefinition) =>
      (definitions.find(taskDefinition)?.input.containerDefinitions ?? []).map(({ name, image }) => {
        const imageDigest = io.images.digestOf(image);
        return { containerName: name, image, ...(imageDigest === undefined ? {} : { imageDigest }) };
      }),
  });

  const touchAll = () => {
    for (const service of services.list()) service.touch();
  };
  const stopped = new AbortController();
  void watchTaskUsage({ ...io, tasks: () => tasks.list(io.clock.now()) }, stopped.signal);
  const unsubscribe = [io.targets.onHealthChange(touchAll), io.alarms.onChange(touchAll)];

  return {
    arnPrefix,
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
    openSession: ({ environment, process }, command, transcripts) =>
      sessions.open({
        containerGone: process.exited,
        start: (size, onData, id) =>
          startTerminal(io.supervisor, {
            commandLine: command,
            size,
            cwd: io.projectRoot,
            env: { TERM: "xterm-256color", ...environment },
            onData(data) {
              onData(data);
              if (transcripts !== undefined && io.logs.hasGroup(transcripts))
                io.logs.write(transcripts, id, [data.toString()]);
            },
          }),
      }),
    async stop() {
      closing = true;
      stopped.abort();
      for (const end of unsubscribe) end();
      for (const service of services.list()) service.close();
      await runner.close();
    },
  };
}

function serviceTask(
  service: Service,
  deployment: Deployment,
  clusters: Clusters,
  definitions: TaskDefinitions,
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
