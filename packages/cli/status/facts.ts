import type { Failure } from "#evidence/standing.ts";
import type { Undone } from "#evidence/undone.ts";
import type { ServicePlan } from "#fleet";
import { settled } from "#rotation/labels.ts";

/** A service as AWS describes it at one moment; times in milliseconds since the epoch. */
export interface ServiceFacts {
  readonly plan: ServicePlan;
  /** Absent if ECS has no such service, or only one that is being deleted. */
  readonly service: EcsService | undefined;
  readonly tasks: readonly TaskFacts[];
  /**
   * States of the targets that its target group has: `healthy`, `unhealthy`, `initial`, `draining`, `unused`. `undefined`
   * where the balancer was not asked, as ECS finds the service steady and there are many.
   */
  readonly targets: readonly TargetFacts[] | undefined;
  readonly secrets: readonly SecretFacts[];
  /** Failures it has not recovered from; tasks that failed more than an hour ago are forgotten. */
  readonly failure: FailureFacts | undefined;
}

export interface FailureFacts {
  /** `rolled-back`: the new deployment failed, and the one before keeps serving. */
  readonly kind: Failure["kind"];
  /** In plain words, such as `exit code 1`. */
  readonly cause: string;
  readonly exitCode: number | undefined;
  /** AWS's own words. */
  readonly reason: string;
  /** Absent where an alarm ended the release. */
  readonly task: string | undefined;
  readonly at: number;
}

export interface EcsService {
  /** The release that an alarm took back, while what was before it serves. */
  readonly undone?: Undone | undefined;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly taskDefinition: string;
  /** Its ARN. */
  readonly targetGroup?: string | undefined;
  readonly deployments: readonly DeploymentFacts[];
}

export interface DeploymentFacts {
  readonly id: string;
  readonly primary: boolean;
  readonly taskDefinition: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly failed: number;
  readonly state: string;
  readonly reason: string;
  readonly createdAt: number;
}

export interface TaskFacts {
  readonly arn: string;
  readonly status: string;
  readonly taskDefinition: string;
  readonly deployment: string | undefined;
  /** When its secrets were read, or a little before: `createdAt`. */
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly image: string | undefined;
  readonly imageDigest: string | undefined;
}

export interface TargetFacts {
  readonly id: string;
  readonly state: string;
  readonly reason: string | undefined;
}

/** A secret without its value. */
export interface SecretFacts {
  /** Key of the map. */
  readonly key: string;
  readonly name: string;
  readonly versions: readonly LabelledVersion[];
  readonly lastRotatedAt: number | undefined;
  readonly lastChangedAt: number | undefined;
}

export interface LabelledVersion {
  readonly id: string;
  readonly labels: readonly string[];
  /** Absent where Secrets Manager's list was read alone: it has labels, but no dates. */
  readonly createdAt?: number;
}

/** One that was asked for its versions, of which those without a label are there as well. */
export interface DatedSecret extends SecretFacts {
  readonly versions: readonly VersionFacts[];
}

export interface VersionFacts extends LabelledVersion {
  readonly createdAt: number;
}

/**
 * Since when the current version has been current, as far as Secrets Manager knows: it dates versions, rotations and
 * changes, but not labels. A new version is current from its creation, a rotated one from the rotation's end; one
 * that was current before and is again (its predecessor is younger) since the last change at the latest. `undefined`
 * where nothing is current, or its date is not known.
 */
export function currentSince({ versions, lastRotatedAt, lastChangedAt }: SecretFacts): number | undefined {
  const current = versions.find(({ labels }) => labels.includes("AWSCURRENT"));
  const previous = versions.find(({ labels }) => labels.includes("AWSPREVIOUS"));
  if (current?.createdAt === undefined) return undefined;
  if ((previous?.createdAt ?? 0) > current.createdAt) return lastChangedAt ?? current.createdAt;
  return Math.max(current.createdAt, lastRotatedAt ?? 0);
}

/**
 * Whether a task read its secrets before the current version was current. What is labelled as settled was seen on every
 * task: it may be a copy of an older value, or one that was put back, and settling it is a change too.
 */
export function runsOnOlder(task: TaskFacts, secret: SecretFacts): boolean {
  const since = currentSince(secret);
  return !isSettled(secret) && since !== undefined && task.createdAt < since;
}

/** Whether every task is known to have read the current version. */
export function isSettled({ versions }: Pick<SecretFacts, "versions">): boolean {
  return versions.some(({ labels }) => labels.includes("AWSCURRENT") && labels.includes(settled));
}
