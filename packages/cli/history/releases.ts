import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
  type ServiceRevision,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { revisionOf } from "#evidence/failed-task.ts";
import { names, type ServicePlan } from "#fleet";
import { isAwsError, notDeployed, orMissing } from "../aws.ts";
import { Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";

/** One deployment of a service; times in milliseconds since the epoch. */
export interface Release {
  /** `roll`: the same task definition again, for a secret, an image under its tag, or by a person. */
  readonly kind: "release" | "roll";
  readonly at: number;
  readonly finishedAt: number | undefined;
  readonly status: string;
  /** Those that ended it. */
  readonly alarms: readonly string[];
  readonly reason: string | undefined;
  readonly revision: number;
  readonly taskDefinition: string;
  readonly image: string | undefined;
  /** What the image's name meant at the time. */
  readonly digest: string | undefined;
  /** Who registered its task definition. */
  readonly by: string | undefined;
}

/** As many as one call describes: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html */
const most = 20;

/** The last deployments of a service, newest first; ECS keeps those of 90 days. Throws `Failure` where it is not deployed. */
export async function readReleases(stage: Stage, plan: ServicePlan): Promise<readonly Release[]> {
  const ecs = stage.aws.client(ECSClient);
  const listed = await listDeployments(ecs, stage, plan);
  if (listed.length === 0) return [];
  const serviceDeploymentArns = listed.flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? []);
  const { serviceDeployments = [] } = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
  const newestFirst = serviceDeployments.toSorted((one, other) => timeOf(other.createdAt) - timeOf(one.createdAt));
  const revisions = await readRevisions(ecs, newestFirst);
  const definitions = await readDefinitions(ecs, [...revisions.values()]);
  return newestFirst.map((deployment) => releaseOf(deployment, plan, revisions, definitions));
}

async function listDeployments(ecs: ECSClient, { plan }: Stage, service: ServicePlan) {
  const asked = { cluster: names.cluster(plan.stage), service: names.service(plan.stage, service.key) };
  try {
    const page = await ecs.send(new ListServiceDeploymentsCommand({ ...asked, maxResults: most }));
    return page.serviceDeployments ?? [];
  } catch (error) {
    if (isAwsError(error, "ServiceNotFoundException", "ClusterNotFoundException")) throw new Failure(notDeployed(plan));
    throw error;
  }
}

type Revisions = ReadonlyMap<string, ServiceRevision>;

async function readRevisions(ecs: ECSClient, deployments: readonly ServiceDeployment[]): Promise<Revisions> {
  const arns = new Set(
    deployments.flatMap(({ sourceServiceRevisions = [], targetServiceRevision }) =>
      [...sourceServiceRevisions, targetServiceRevision].flatMap((one) => one?.arn ?? []),
    ),
  );
  const found: ServiceRevision[] = [];
  for (let from = 0; from < arns.size; from += most) {
    const serviceRevisionArns = [...arns].slice(from, from + most);
    const { serviceRevisions } = await ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns }));
    found.push(...(serviceRevisions ?? []));
  }
  return new Map(found.map((one) => [one.serviceRevisionArn ?? "", one]));
}

type Definitions = ReadonlyMap<string, TaskDefinition>;

async function readDefinitions(ecs: ECSClient, revisions: readonly ServiceRevision[]): Promise<Definitions> {
  const arns = new Set(revisions.flatMap(({ taskDefinition }) => taskDefinition ?? []));
  const answers = await Promise.all(
    [...arns].map((taskDefinition) =>
      // One that was deleted for good is an error to ECS, and a line without its author here.
      orMissing(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition })), "ClientException"),
    ),
  );
  return new Map(
    answers.flatMap((answer) => {
      const definition = answer?.taskDefinition;
      return definition === undefined ? [] : [[definition.taskDefinitionArn ?? "", definition]];
    }),
  );
}

function releaseOf(
  { createdAt, finishedAt, status = "IN_PROGRESS", statusReason, rollback, alarms, ...deployment }: ServiceDeployment,
  { key }: ServicePlan,
  revisions: Revisions,
  definitions: Definitions,
): Release {
  const target = revisions.get(deployment.targetServiceRevision?.arn ?? "");
  const source = revisions.get(deployment.sourceServiceRevisions?.[0]?.arn ?? "");
  const taskDefinition = target?.taskDefinition ?? "";
  const image = target?.containerImages?.find(({ containerName }) => containerName === key);
  const definition = definitions.get(taskDefinition);
  return {
    kind: source?.taskDefinition === taskDefinition ? "roll" : "release",
    at: timeOf(createdAt),
    finishedAt: finishedAt?.getTime(),
    status,
    alarms: alarms?.triggeredAlarmNames ?? [],
    reason: rollback?.reason ?? statusReason,
    revision: revisionOf(taskDefinition),
    taskDefinition,
    image: image?.image ?? definition?.containerDefinitions?.find(({ name }) => name === key)?.image,
    digest: image?.imageDigest,
    by: definition?.registeredBy?.split(/[/:]/).at(-1),
  };
}

const timeOf = (date: Date | undefined) => date?.getTime() ?? 0;

/** Without its registry, which is the same for all: lines have 80 columns. */
export function shortImage(image = "unknown image"): string {
  return image.replace(/^[^/]*\.[^/]*\//, "");
}

/** How it ended, in a few words. */
export function describeEnd({ status, alarms, reason }: Release, stage: string, key: string): string {
  const prefix = names.alarm(stage, key, "");
  const why = alarms.length > 0 ? alarms.map((name) => name.replace(prefix, "")).join(", ") : reason;
  switch (status) {
    case "SUCCESSFUL":
      return "served";
    case "ROLLBACK_SUCCESSFUL":
      return `rolled back: ${why ?? "ECS gives no reason"}`;
    case "ROLLBACK_FAILED":
      return `failed, and so did its rollback: ${why ?? "ECS gives no reason"}`;
    case "ROLLBACK_IN_PROGRESS":
    case "ROLLBACK_REQUESTED":
      return `is being rolled back: ${why ?? "ECS gives no reason"}`;
    case "STOPPED":
    case "STOP_REQUESTED":
      return `stopped: ${why ?? "ECS gives no reason"}`;
    default:
      return "under way";
  }
}
