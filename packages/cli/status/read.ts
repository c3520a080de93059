import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  paginateListTasks,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { names, type ServicePlan } from "#fleet";
import { notDeployed, orMissing } from "../aws.ts";
import { Failure } from "../failure.ts";
import { readSecret } from "../secrets/read.ts";
import type { Stage } from "../stage.ts";
import type { DeploymentFacts, EcsService, SecretFacts, ServiceFacts, TargetFacts, TaskFacts } from "./facts.ts";
import { failureOf, readFailures } from "./failures.ts";

/** What is known of a secret, by its key in the map; asked once for each service that uses it. */
export type SecretOf = (key: string) => Promise<SecretFacts | undefined>;

/** The services of the stage as they are now. Throws `Failure` where the stage is not deployed. */
export async function readServices(
  stage: Stage,
  wanted: readonly ServicePlan[] = stage.plan.services,
  secretOf: SecretOf = readOnce(stage),
): Promise<readonly ServiceFacts[]> {
  const found = await findServices(stage, wanted, secretOf);
  if (found === undefined) throw new Failure(notDeployed(stage.plan));
  return found;
}

/** As `readServices`; `undefined` where the stage is not deployed. */
export async function findServices(
  stage: Stage,
  wanted: readonly ServicePlan[] = stage.plan.services,
  secretOf: SecretOf = readOnce(stage),
): Promise<readonly ServiceFacts[] | undefined> {
  const described = await describeServices(stage, wanted);
  if (described === undefined) return undefined;
  const failed = await readFailures(stage);
  return Promise.all(
    wanted.map(async (plan) => {
      const found = described.find(({ serviceName }) => serviceName === names.service(stage.plan.stage, plan.key));
      const service = found && ecsService(found);
      const used = [...new Set(plan.secrets.map(({ secret }) => secret))];
      const [tasks, targets, failure, ...known] = await Promise.all([
        service === undefined ? [] : readTasks(stage, plan),
        readTargets(stage, plan),
        failureOf(stage, plan, service, failed),
        ...used.map(secretOf),
      ]);
      return {
        plan,
        service,
        tasks,
        targets,
        failure,
        secrets: known.filter((one) => one !== undefined),
      };
    }),
  );
}

function readOnce(stage: Stage): SecretOf {
  const secrets = new Map<string, Promise<SecretFacts | undefined>>();
  return (key) => {
    const known = secrets.get(key) ?? readSecret(stage, key);
    secrets.set(key, known);
    return known;
  };
}

/** DescribeServices takes ten: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
const describeLimit = 10;

/** Those that ECS has; `undefined` where there is no cluster. */
export async function describeServices(
  { plan, aws }: Stage,
  wanted: readonly ServicePlan[],
): Promise<readonly Service[] | undefined> {
  const cluster = names.cluster(plan.stage);
  const chunks = Array.from({ length: Math.ceil(wanted.length / describeLimit) }, (_, at) =>
    wanted.slice(at * describeLimit, (at + 1) * describeLimit).map(({ key }) => names.service(plan.stage, key)),
  );
  const answers = await Promise.all(
    chunks.map((services) =>
      orMissing(
        aws.client(ECSClient).send(new DescribeServicesCommand({ cluster, services })),
        "ClusterNotFoundException",
      ),
    ),
  );
  if (answers.includes(undefined)) return undefined;
  return answers.flatMap((answer) => answer?.services ?? []).filter(({ status }) => status === "ACTIVE");
}

function ecsService(service: Service): EcsService {
  return {
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    taskDefinition: service.taskDefinition ?? "",
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

/** Arns of the service's tasks that run or are about to. */
export async function listTasks({ plan, aws }: Stage, service: ServicePlan): Promise<readonly string[]> {
  const arns: string[] = [];
  const input = { cluster: names.cluster(plan.stage), serviceName: names.service(plan.stage, service.key) };
  for await (const page of paginateListTasks({ client: aws.client(ECSClient) }, input)) {
    arns.push(...(page.taskArns ?? []));
  }
  return arns;
}

async function readTasks(stage: Stage, service: ServicePlan): Promise<readonly TaskFacts[]> {
  const arns = await listTasks(stage, service);
  // DescribeTasks takes a hundred, and refuses none.
  const chunks = Array.from({ length: Math.ceil(arns.length / 100) }, (_, at) => arns.slice(at * 100, (at + 1) * 100));
  const cluster = names.cluster(stage.plan.stage);
  const answers = await Promise.all(
    chunks.map((tasks) => stage.aws.client(ECSClient).send(new DescribeTasksCommand({ cluster, tasks }))),
  );
  return answers.flatMap(({ tasks }) => tasks ?? []).map((task) => taskFacts(task, service.key));
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

async function readTargets({ plan, aws }: Stage, { key }: ServicePlan): Promise<readonly TargetFacts[]> {
  const client = aws.client(ElasticLoadBalancingV2Client);
  const groups = await orMissing(
    client.send(new DescribeTargetGroupsCommand({ Names: [names.targetGroup(plan.stage, key)] })),
    "TargetGroupNotFoundException",
    "TargetGroupNotFound",
  );
  const arn = groups?.TargetGroups?.[0]?.TargetGroupArn;
  if (arn === undefined) return [];
  const { TargetHealthDescriptions } = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }));
  return (TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
    id: `${Target?.Id}:${Target?.Port}`,
    state: TargetHealth?.State ?? "unknown",
    reason: TargetHealth?.Description ?? TargetHealth?.Reason,
  }));
}
