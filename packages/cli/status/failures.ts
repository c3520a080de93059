import { ECSClient } from "@aws-sdk/client-ecs";
import { causeOf, describeCause, describeReason, readHealthFinding } from "#evidence/cause.ts";
import { type FailedTask, readFailedTasks } from "#evidence/failed-task.ts";
import { standingFailure } from "#evidence/standing.ts";
import type { ServicePlan } from "#fleet";
import type { Stage } from "../stage.ts";
import type { EcsService, FailureFacts } from "./facts.ts";

/** What failed in the stage recently; read once for all services. */
export function readFailures({ aws, plan }: Stage): Promise<readonly FailedTask[]> {
  return readFailedTasks(aws.client(ECSClient), plan);
}

/** Why the last deployment of the service failed; `undefined` if it did not, or ECS has forgotten. */
export async function failureOf(
  { aws, plan: stage }: Stage,
  plan: ServicePlan,
  service: EcsService | undefined,
  failed: readonly FailedTask[],
): Promise<FailureFacts | undefined> {
  const rollout = service?.deployments.find(({ primary }) => primary)?.state ?? "COMPLETED";
  const standing = standingFailure(
    service && { ...service, rollout },
    failed.filter(({ service: key }) => key === plan.key),
  );
  if (standing === undefined || plan.desiredCount === 0) return undefined;
  const { kind, task } = standing;
  const cause = causeOf(task, await readHealthFinding(aws.client(ECSClient), stage, plan, task));
  return {
    kind,
    cause: describeCause(cause, plan),
    exitCode: task.exitCode,
    reason: describeReason(task),
    task: task.id,
    at: task.stoppedAt,
  };
}
