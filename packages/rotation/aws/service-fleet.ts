import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Service,
  type Deployment as ServiceDeployment,
  type Task,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import type { DeploymentFailure, DeploymentState, ServiceFleet, ServiceState, TaskState } from "../ports.ts";

/** ECS reports it in the last hundred events of a service, long after the deployment itself is no longer listed. */
const givenUp = /\(deployment (ecs-svc\/\d+)\) deployment failed/;
const goneBack = /rolling back to deployment ecs-svc/;

/** The services of one cluster behind their port. */
export function serviceFleet(cluster: string): ServiceFleet {
  const client = new ECSClient({});
  return {
    async describe(services) {
      const found = await client.send(new DescribeServicesCommand({ cluster, services: [...services] }));
      return (found.services ?? []).filter(({ status }) => status === "ACTIVE").map(readService);
    },
    async listTasks({ service, wanted, from }) {
      const page = await client.send(
        new ListTasksCommand({
          cluster,
          desiredStatus: wanted,
          ...(service !== undefined && { serviceName: service }),
          ...(from !== undefined && { nextToken: from }),
        }),
      );
      return { tasks: page.taskArns ?? [], next: page.nextToken };
    },
    async describeTasks(tasks) {
      const found = await client.send(new DescribeTasksCommand({ cluster, tasks: [...tasks] }));
      return (found.tasks ?? []).map(readTask);
    },
    async secretsOf(taskDefinition) {
      const found = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      const containers = found.taskDefinition?.containerDefinitions ?? [];
      return containers.flatMap(({ secrets = [] }) => secrets.map(({ valueFrom = "" }) => valueFrom));
    },
    async roll(service) {
      const rolled = await client.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
      return rolled.service?.deployments?.find(({ status }) => status === "PRIMARY")?.id ?? "";
    },
  };
}

function readService(service: Service): ServiceState {
  const { deployments = [], events = [] } = service;
  const primary = deployments.find(({ status }) => status === "PRIMARY");
  return {
    name: service.serviceName ?? "",
    desiredCount: service.desiredCount ?? 0,
    primary: primary && readDeployment(primary),
    others: deployments.filter((one) => one !== primary).map(readDeployment),
    failures: [
      ...deployments
        .filter(({ rolloutState }) => rolloutState === "FAILED")
        .map(({ id = "", updatedAt }) => ({ deploymentId: id, at: updatedAt?.getTime() ?? 0 })),
      ...events.flatMap(({ message = "", createdAt }): readonly DeploymentFailure[] => {
        const [, deploymentId] = givenUp.exec(message) ?? [];
        return deploymentId === undefined ? [] : [{ deploymentId, at: createdAt?.getTime() ?? 0 }];
      }),
    ],
    // The latest comes first.
    rolledBackAt: events.find(({ message = "" }) => goneBack.test(message))?.createdAt?.getTime(),
  };
}

function readDeployment({ id, createdAt, rolloutState, taskDefinition }: ServiceDeployment): DeploymentState {
  return {
    id: id ?? "",
    createdAt: createdAt?.getTime() ?? 0,
    state: rolloutState === "COMPLETED" || rolloutState === "FAILED" ? rolloutState : "IN_PROGRESS",
    taskDefinition: taskDefinition ?? "",
  };
}

function readTask({ group, startedBy, taskDefinitionArn, createdAt, lastStatus, desiredStatus }: Task): TaskState {
  return {
    service: group?.startsWith("service:") ? group.slice("service:".length) : undefined,
    deploymentId: startedBy,
    taskDefinition: taskDefinitionArn ?? "",
    createdAt: createdAt?.getTime() ?? 0,
    state: lastStatus === "STOPPED" ? "ended" : desiredStatus === "STOPPED" ? "stopping" : "running",
  };
}
