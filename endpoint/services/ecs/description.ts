import type { Cluster } from "./clusters.ts";
import type { Service } from "./ecs-service.ts";
import type { Container, Deployment, Task } from "./model.ts";
import type { ContainerDefinition, TaskDefinition } from "./task-definitions.ts";

type Time = (milliseconds: number) => unknown;

/** The JSON protocol writes a time as seconds since the epoch; events write ISO 8601. */
export function epochSeconds(milliseconds: number): number {
  return milliseconds / 1_000;
}

const optionalTime = (name: string, value: number | undefined, time: Time) =>
  value === undefined ? {} : { [name]: time(value) };

export function describeTask(task: Task, time: Time = epochSeconds) {
  return {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.definition.arn,
    group: task.group,
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    availabilityZone: "local",
    connectivity: "CONNECTED",
    connectivityAt: time(task.createdAt),
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: "UNKNOWN",
    version: task.version,
    cpu: task.definition.input.cpu ?? "256",
    memory: task.definition.input.memory ?? "512",
    enableExecuteCommand: task.enableExecuteCommand,
    overrides: { containerOverrides: task.containers.map(({ name }) => ({ name })), inferenceAcceleratorOverrides: [] },
    attachments: [],
    attributes: [],
    tags: task.tags,
    containers: task.containers.map((container) => describeContainer(task, container)),
    createdAt: time(task.createdAt),
    ...optionalTime("startedAt", task.startedAt, time),
    ...optionalTime("stoppingAt", task.stoppingAt, time),
    ...optionalTime("executionStoppedAt", task.stoppedAt, time),
    ...optionalTime("stoppedAt", task.stoppedAt, time),
    ...(task.stop === undefined ? {} : { stopCode: task.stop.code, stoppedReason: task.stop.reason }),
  };
}

function describeContainer(task: Task, container: Container) {
  return {
    containerArn: container.arn,
    taskArn: task.arn,
    name: container.name,
    image: container.image,
    ...(container.imageDigest === undefined ? {} : { imageDigest: container.imageDigest }),
    runtimeId: container.runtimeId,
    lastStatus: container.lastStatus,
    healthStatus: "UNKNOWN",
    cpu: "0",
    networkInterfaces: [{ attachmentId: container.runtimeId, privateIpv4Address: "127.0.0.1" }],
    networkBindings:
      container.hostPort === undefined
        ? []
        : [
            {
              bindIP: "127.0.0.1",
              containerPort: container.containerPort,
              hostPort: container.hostPort,
              protocol: "tcp",
            },
          ],
    ...(container.exitCode === undefined ? {} : { exitCode: container.exitCode }),
    ...(container.reason === undefined ? {} : { reason: container.reason }),
  };
}

const isRunning = (task: Task) => task.desiredStatus === "RUNNING" && task.lastStatus === "RUNNING";
const isPending = (task: Task) => task.desiredStatus === "RUNNING" && task.lastStatus !== "RUNNING";

export function describeService(service: Service) {
  const { identity, rollout, tasks } = service;
  const { settings } = rollout;
  const gone = service.status === "INACTIVE";
  return {
    ...settings.extra,
    serviceArn: identity.arn,
    serviceName: identity.name,
    clusterArn: identity.clusterArn,
    status: service.status,
    desiredCount: settings.desiredCount,
    runningCount: tasks.filter(isRunning).length,
    pendingCount: tasks.filter(isPending).length,
    taskDefinition: settings.taskDefinitionArn,
    loadBalancers: settings.loadBalancers,
    serviceRegistries: [],
    deploymentConfiguration: {
      alarms: settings.alarms,
      deploymentCircuitBreaker: settings.circuitBreaker,
      minimumHealthyPercent: settings.minimumHealthyPercent,
      maximumPercent: settings.maximumPercent,
      strategy: "ROLLING",
    },
    deploymentController: { type: "ECS" },
    deployments: gone
      ? []
      : rollout.deployments.map((deployment, at) =>
          describeDeployment(service, deployment, at === 0 ? "PRIMARY" : "ACTIVE"),
        ),
    events: service.messages.newestFirst.map((message) => ({ ...message, createdAt: epochSeconds(message.createdAt) })),
    createdAt: epochSeconds(identity.createdAt),
    createdBy: identity.createdBy,
    healthCheckGracePeriodSeconds: settings.healthCheckGracePeriodSeconds,
    enableExecuteCommand: settings.enableExecuteCommand,
    schedulingStrategy: "REPLICA",
    launchType: "FARGATE",
    platformVersion: "LATEST",
    platformFamily: "Linux",
    placementConstraints: [],
    placementStrategy: [],
  };
}

function describeDeployment(service: Service, deployment: Deployment, status: "PRIMARY" | "ACTIVE") {
  const own = service.tasks.filter((task) => task.startedBy === deployment.id);
  const { networkConfiguration } = service.rollout.settings.extra;
  return {
    id: deployment.id,
    status,
    taskDefinition: deployment.taskDefinitionArn,
    desiredCount: status === "PRIMARY" ? service.rollout.settings.desiredCount : 0,
    runningCount: own.filter(isRunning).length,
    pendingCount: own.filter(isPending).length,
    failedTasks: deployment.failedTasks,
    createdAt: epochSeconds(deployment.createdAt),
    updatedAt: epochSeconds(deployment.updatedAt),
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
  };
}

export function describeTaskDefinition(definition: TaskDefinition) {
  const { tags: _, ...input } = definition.input;
  return {
    ...input,
    containerDefinitions: input.containerDefinitions.map(describeContainerDefinition),
    taskDefinitionArn: definition.arn,
    revision: definition.revision,
    status: definition.status,
    compatibilities: ["EC2", "FARGATE"],
    volumes: input.volumes ?? [],
    placementConstraints: input.placementConstraints ?? [],
    registeredAt: epochSeconds(definition.registeredAt),
    registeredBy: definition.registeredBy,
    ...optionalTime("deregisteredAt", definition.deregisteredAt, epochSeconds),
  };
}

/** Lists that ECS answers though they are empty, and such as it leaves out. */
function describeContainerDefinition({ secrets, dependsOn, dockerLabels, ...container }: ContainerDefinition) {
  return {
    cpu: 0,
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...container,
    ...(secrets.length > 0 && { secrets }),
    ...(dependsOn.length > 0 && { dependsOn }),
    ...(Object.keys(dockerLabels).length > 0 && { dockerLabels }),
  };
}

export function describeCluster(
  cluster: Cluster,
  all: { readonly tasks: readonly Task[]; readonly services: readonly Service[] },
) {
  const tasks = all.tasks.filter((task) => task.clusterArn === cluster.arn);
  const services = all.services.filter(({ identity }) => identity.clusterArn === cluster.arn);
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: 0,
    runningTasksCount: tasks.filter(isRunning).length,
    pendingTasksCount: tasks.filter(isPending).length,
    activeServicesCount: services.filter(({ status }) => status === "ACTIVE").length,
    statistics: [],
    tags: cluster.tags,
    settings: cluster.settings,
    configuration: cluster.configuration,
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.defaultCapacityProviderStrategy,
  };
}
