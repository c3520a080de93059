import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Service,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import type { DeploymentState, ServiceFleet, ServiceState, TaskState } from "../ports.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html, …_DescribeTasks.html */
const servicesAtOnce = 10;
const tasksAtOnce = 100;

/** ECS reports it in the last hundred events of a service, long after the deployment itself is no longer listed. */
const givenUp = /\(deployment ecs-svc\/\d+\) deployment failed/;

/** The services of one cluster behind their port. */
export function serviceFleet(cluster: string): ServiceFleet {
  const client = new ECSClient({});
  const listTasks = async (serviceName: string, desiredStatus: "RUNNING" | "STOPPED"): Promise<readonly string[]> => {
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new ListTasksCommand({ cluster, serviceName, desiredStatus, ...(nextToken !== undefined && { nextToken }) }),
      );
      arns.push(...(page.taskArns ?? []));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    return arns;
  };

  return {
    async describe(services) {
      const states: ServiceState[] = [];
      for (const names of chunks(services, servicesAtOnce)) {
        const found = await client.send(new DescribeServicesCommand({ cluster, services: names }));
        states.push(...(found.services ?? []).filter(({ status }) => status === "ACTIVE").map(readService));
      }
      return states;
    },
    async tasks(service) {
      // A stopping task has desired status STOPPED, and keeps running until it stops.
      const arns = [...(await listTasks(service, "RUNNING")), ...(await listTasks(service, "STOPPED"))];
      const tasks: TaskState[] = [];
      for (const some of chunks(arns, tasksAtOnce)) {
        const found = await client.send(new DescribeTasksCommand({ cluster, tasks: some }));
        for (const { lastStatus, createdAt } of found.tasks ?? []) {
          if (lastStatus !== "STOPPED") tasks.push({ createdAt: createdAt?.getTime() ?? 0 });
        }
      }
      return tasks;
    },
    async roll(service) {
      await client.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
    },
  };
}

function readService(service: Service): ServiceState {
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  const failed = (service.deployments ?? []).filter(({ rolloutState }) => rolloutState === "FAILED");
  const told = (service.events ?? []).filter(({ message }) => givenUp.test(message ?? ""));
  return {
    name: service.serviceName ?? "",
    desiredCount: service.desiredCount ?? 0,
    primary: primary && {
      id: primary.id ?? "",
      createdAt: primary.createdAt?.getTime() ?? 0,
      state: stateOf(primary.rolloutState),
    },
    failures: [
      ...failed.map(({ updatedAt }) => updatedAt?.getTime() ?? 0),
      ...told.map(({ createdAt }) => createdAt?.getTime() ?? 0),
    ],
  };
}

function stateOf(rolloutState: string | undefined): DeploymentState["state"] {
  return rolloutState === "COMPLETED" || rolloutState === "FAILED" ? rolloutState : "IN_PROGRESS";
}

function chunks(items: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
