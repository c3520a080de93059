import {
  ClusterNotFoundException,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type DesiredStatus,
  type Deployment as EcsDeployment,
  type Service as EcsService,
  type Task as EcsTask,
  paginateListTasks,
} from "@aws-sdk/client-ecs";
import { chunksOf, eachOf } from "#aws/batches.ts";
import { causeOf, describeCause, healthFindingIn } from "#evidence/cause.ts";
import { type FailedTask, failuresAmong } from "#evidence/failed-task.ts";
import { standingFailure } from "#evidence/standing.ts";
import { undoneIn } from "#evidence/undone.ts";
import { names, type StagePlan } from "#fleet";
import type { Deployment, Service } from "../model/service.ts";
import type { Clients } from "./clients.ts";
import { createHealthReader, type HealthReader, type TargetHealth } from "./target-health.ts";
import { taskOf } from "./task.ts";

type ServicePlan = StagePlan["services"][number];

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html: at most ten. */
const servicesAtOnce = 10;
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html: at most a hundred. */
const tasksAtOnce = 100;
/** ECS remembers stopped tasks for an hour; showing them all would crowd out the rest. */
const stoppedShown = 4;
const stoppedShownMs = 5 * 60_000;

/**
 * The stage's services, read in a number of calls that grows by pages: the balancer tells of one target group at a time,
 * so that of those that ECS finds steady only some are asked each time.
 */
export function createServiceReader(plan: StagePlan, clients: Clients): () => Promise<readonly Service[]> {
  const health = createHealthReader(clients);
  return () => readServices(plan, clients, health);
}

async function readServices(plan: StagePlan, clients: Clients, readHealth: HealthReader): Promise<readonly Service[]> {
  const [services, tasks] = await Promise.all([describeServices(plan, clients), describeTasks(plan, clients)]).catch(
    (error: unknown): readonly [readonly EcsService[], readonly EcsTask[]] => {
      // Before the first deploy, and after a removal.
      if (error instanceof ClusterNotFoundException) return [[], []];
      throw error;
    },
  );
  const failed = Map.groupBy(failuresAmong(tasks, plan), ({ service }) => service);
  const byName = new Map(services.flatMap((one) => (one.status === "INACTIVE" ? [] : [[one.serviceName, one]])));
  const byGroup = Map.groupBy(tasks, ({ group }) => group);
  const health = await readHealth(
    [...byName.values()].map((service) => ({
      service,
      tasks: (byGroup.get(`service:${service.serviceName}`) ?? []).flatMap(({ taskArn, lastStatus }) =>
        lastStatus === "RUNNING" && taskArn !== undefined ? [taskArn] : [],
      ),
    })),
  );
  return plan.services.map((service) => {
    const name = names.service(plan.stage, service.key);
    const found = byName.get(name);
    const read = serviceOf(service, found, byGroup.get(`service:${name}`) ?? [], health.get(name));
    const failure = failureOf(service, found, failed.get(service.key) ?? []);
    return failure === undefined ? read : { ...read, failure };
  });
}

async function describeServices({ stage, services }: StagePlan, { ecs }: Clients): Promise<readonly EcsService[]> {
  const cluster = names.cluster(stage);
  const answers = await eachOf(chunksOf(services, servicesAtOnce), (some) =>
    ecs.send(new DescribeServicesCommand({ cluster, services: some.map(({ key }) => names.service(stage, key)) })),
  );
  return answers.flatMap((answer) => answer.services ?? []);
}

async function describeTasks({ stage }: StagePlan, { ecs }: Clients): Promise<readonly EcsTask[]> {
  const cluster = names.cluster(stage);
  const arns: string[] = [];
  for (const desiredStatus of ["RUNNING", "STOPPED"] satisfies DesiredStatus[]) {
    for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, { cluster, desiredStatus })) {
      arns.push(...taskArns);
    }
  }
  const answers = await eachOf(chunksOf([...new Set(arns)], tasksAtOnce), (some) =>
    ecs.send(new DescribeTasksCommand({ cluster, tasks: [...some] })),
  );
  return answers.flatMap((answer) => answer.tasks ?? []);
}

function serviceOf(
  plan: ServicePlan,
  found: EcsService | undefined,
  tasks: readonly EcsTask[],
  health: TargetHealth | undefined,
): Service {
  const deployments = (found?.deployments ?? []).map(deploymentOf);
  const primary = deployments.find((deployment) => deployment.primary);
  const newestFirst = tasks
    .map((task) => taskOf(task, plan.port, primary?.id, health))
    .toSorted((a, b) => b.createdAt - a.createdAt);
  const stopped = newestFirst
    .filter(({ stoppedAt = 0 }) => Date.now() - stoppedAt < stoppedShownMs)
    .slice(0, stoppedShown);
  return {
    key: plan.key,
    url: plan.url,
    hostname: plan.hostname,
    ...(plan.environment.SPLUNK_SOURCE !== undefined && { auditSource: plan.environment.SPLUNK_SOURCE }),
    status: found === undefined ? "absent" : found.status === "DRAINING" ? "draining" : "active",
    desired: found?.desiredCount ?? 0,
    running: found?.runningCount ?? 0,
    healthy: newestFirst.filter(({ phase }) => phase === "healthy").length,
    deployments,
    tasks: [...newestFirst.filter(({ phase }) => phase !== "stopped"), ...stopped],
  };
}

function failureOf(
  plan: ServicePlan,
  found: EcsService | undefined,
  failed: readonly FailedTask[],
): string | undefined {
  const primary = found?.deployments?.find(({ status }) => status === "PRIMARY");
  const standing = found && {
    desired: found.desiredCount ?? 0,
    running: found.runningCount ?? 0,
    taskDefinition: found.taskDefinition ?? "",
    rollout: primary?.rolloutState ?? "COMPLETED",
  };
  const failure = plan.desiredCount === 0 ? undefined : standingFailure(standing, failed);
  if (failure === undefined)
    return primary?.rolloutState === "COMPLETED" && undoneIn(found ?? {}, Date.now()) !== undefined
      ? "a new version was rolled back, the old one serves: an alarm rang"
      : undefined;
  const cause = describeCause(causeOf(failure.task, healthFindingIn(found?.events ?? [], failure.task)), plan);
  return failure.kind === "down" ? `did not start: ${cause}` : `a new version failed, the old one serves: ${cause}`;
}

function deploymentOf(deployment: EcsDeployment): Deployment {
  const { id = "", status, rolloutStateReason = "", taskDefinition = "", failedTasks = 0 } = deployment;
  return {
    id,
    primary: status === "PRIMARY",
    state: stateOf(deployment),
    reason: rolloutStateReason,
    definition: taskDefinition.slice(taskDefinition.lastIndexOf("/") + 1),
    failedTasks,
    createdAt: deployment.createdAt?.getTime() ?? 0,
  };
}

function stateOf({ rolloutState, rolloutStateReason = "" }: EcsDeployment): Deployment["state"] {
  switch (rolloutState) {
    case "COMPLETED":
      return "completed";
    case "FAILED":
      return "failed";
    default:
      // Only the reason distinguishes it from any other rollout.
      return rolloutStateReason.includes("rolling back") ? "rolling-back" : "in-progress";
  }
}
