import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  paginateListTasks,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import { chunksOf, eachOf } from "#aws/batches.ts";
import { undoneIn } from "#evidence/undone.ts";
import { names, type ServicePlan } from "#fleet";
import { notDeployed, orMissing } from "../aws.ts";
import { Failure } from "../failure.ts";
import type { KnownSecret } from "../secrets/read.ts";
import type { Stage } from "../stage.ts";
import type { DeploymentFacts, EcsService, ServiceFacts, TaskFacts } from "./facts.ts";
import { failureOf, readFailures } from "./failures.ts";
import { readTargets } from "./targets.ts";

/** What else of the stage a look at its services needs; each is read where it is needed, once. */
export interface Beside {
  readonly secrets: () => Promise<ReadonlyMap<string, Pick<KnownSecret, "facts">>>;
  /** Keys of services that something speaks against, however steady ECS finds them. */
  readonly doubted: () => Promise<ReadonlySet<string>>;
}

/** The services of the stage as they are now. Throws `Failure` where the stage is not deployed. */
export async function readServices(stage: Stage, beside: Beside): Promise<readonly ServiceFacts[]> {
  const found = await findServices(stage, beside);
  if (found === undefined) throw new Failure(notDeployed(stage.plan));
  return found;
}

/** As `readServices`; `undefined` where the stage is not deployed. */
export async function findServices(stage: Stage, beside: Beside): Promise<readonly ServiceFacts[] | undefined> {
  const { plan } = stage;
  const described = await describeServices(stage, plan.services);
  if (described === undefined) return undefined;
  const keys = new Map(plan.services.map(({ key }) => [names.service(plan.stage, key), key]));
  const found = new Map(described.map((one) => [keys.get(one.serviceName ?? "") ?? "", one]));
  const services = new Map([...found].map(([key, one]) => [key, ecsService(one)]));
  const [failed, tasks, targets, secrets] = await Promise.all([
    readFailures(stage),
    readTasks(stage, plan.services),
    beside.doubted().then((doubted) => readTargets(stage, services, doubted)),
    beside.secrets(),
  ]);
  return eachOf(plan.services, async (one) => {
    const { key } = one;
    const service = services.get(key);
    const used = [...new Set(one.secrets.map(({ secret }) => secret))];
    return {
      plan: one,
      service,
      tasks: service === undefined ? [] : (tasks.get(key) ?? []),
      targets: service === undefined ? [] : targets.get(key),
      failure: await failureOf(stage, one, { service, events: found.get(key)?.events ?? [] }, failed),
      secrets: used.flatMap((name) => secrets.get(name)?.facts ?? []),
    };
  });
}

/** DescribeServices takes ten: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
const describeLimit = 10;

/** Those that ECS has; `undefined` where there is no cluster. */
export async function describeServices(
  { plan, aws }: Pick<Stage, "plan" | "aws">,
  wanted: readonly ServicePlan[],
): Promise<readonly Service[] | undefined> {
  const cluster = names.cluster(plan.stage);
  const all = wanted.map(({ key }) => names.service(plan.stage, key));
  const answers = await eachOf(chunksOf(all, describeLimit), (services) =>
    orMissing(
      aws.client(ECSClient).send(new DescribeServicesCommand({ cluster, services: [...services] })),
      "ClusterNotFoundException",
    ),
  );
  if (answers.includes(undefined)) return undefined;
  return answers.flatMap((answer) => answer?.services ?? []).filter(({ status }) => status === "ACTIVE");
}

function ecsService(service: Service): EcsService {
  return {
    undone: undoneIn(service, Date.now()),
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    taskDefinition: service.taskDefinition ?? "",
    targetGroup: service.loadBalancers?.[0]?.targetGroupArn,
    deployments: (service.deployments ?? []).map(
      (one): DeploymentFacts => ({
        id: one.id ?? "",
        primary: one.status === "PRIMARY",
        taskDefinition: one.taskDefinition ?? "",
        desired: one.desiredCount ?? 0,
        running: one.runningCount ?? 0,
        pending: one.pendingCount ?? 0,
        failed: one.failedTasks ?? 0,
        state: one.rolloutState ?? "COMPLETED",
        reason: one.rolloutStateReason ?? "",
        createdAt: one.createdAt?.getTime() ?? 0,
      }),
    ),
  };
}

/** One service as ECS has it. Throws `Failure` where it is not deployed. */
export async function readEcsService(stage: Stage, wanted: ServicePlan): Promise<EcsService> {
  const [service] = (await describeServices(stage, [wanted])) ?? [];
  if (service === undefined) throw new Failure(notDeployed(stage.plan));
  return ecsService(service);
}

/** The deployments of one service, the newest first. Throws `Failure` where it is not deployed. */
export async function readDeployments(stage: Stage, wanted: ServicePlan): Promise<readonly DeploymentFacts[]> {
  return (await readEcsService(stage, wanted)).deployments;
}

/** Arns of the tasks that run or are about to: of one service, or of the whole stage. */
export async function listTasks({ plan, aws }: Stage, service: ServicePlan | undefined): Promise<readonly string[]> {
  const arns: string[] = [];
  const input = {
    cluster: names.cluster(plan.stage),
    ...(service !== undefined && { serviceName: names.service(plan.stage, service.key) }),
  };
  for await (const page of paginateListTasks({ client: aws.client(ECSClient) }, input)) {
    arns.push(...(page.taskArns ?? []));
  }
  return arns;
}

/** DescribeTasks takes a hundred: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const tasksAtOnce = 100;

/** By the keys of their services; read page by page, not service by service. */
async function readTasks(
  stage: Stage,
  services: readonly ServicePlan[],
): Promise<ReadonlyMap<string, readonly TaskFacts[]>> {
  const [only, ...others] = services;
  const arns = await listTasks(stage, others.length === 0 ? only : undefined);
  const cluster = names.cluster(stage.plan.stage);
  const answers = await eachOf(chunksOf(arns, tasksAtOnce), (tasks) =>
    stage.aws.client(ECSClient).send(new DescribeTasksCommand({ cluster, tasks: [...tasks] })),
  );
  const keys = new Map(services.map(({ key }) => [`service:${names.service(stage.plan.stage, key)}`, key]));
  const found = new Map<string, TaskFacts[]>();
  for (const task of answers.flatMap(({ tasks = [] }) => tasks)) {
    const key = keys.get(task.group ?? "");
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), taskFacts(task, key)]);
  }
  return found;
}

function taskFacts(task: Task, container: string): TaskFacts {
  const main = task.containers?.find(({ name }) => name === container);
  return {
    arn: task.taskArn ?? "",
    status: task.lastStatus ?? "UNKNOWN",
    taskDefinition: task.taskDefinitionArn ?? "",
    deployment: task.startedBy,
    createdAt: task.createdAt?.getTime() ?? 0,
    startedAt: task.startedAt?.getTime(),
    image: main?.image,
    imageDigest: main?.imageDigest,
  };
}
