import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { ECSClient, type ServiceEvent } from "@aws-sdk/client-ecs";
import { causeOf, describeCause, describeReason, healthFindingIn } from "#evidence/cause.ts";
import { type FailedTask, readFailedTasks } from "#evidence/failed-task.ts";
import { standingFailure } from "#evidence/standing.ts";
import { describeUndone, readReleaseAlarms, type Undone } from "#evidence/undone.ts";
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
  { service, events }: { readonly service: EcsService | undefined; readonly events: readonly ServiceEvent[] },
  failed: readonly FailedTask[],
): Promise<FailureFacts | undefined> {
  const rollout = service?.deployments.find(({ primary }) => primary)?.state ?? "COMPLETED";
  const standing = standingFailure(
    service && { ...service, rollout },
    failed.filter(({ service: key }) => key === plan.key),
  );
  if (plan.desiredCount === 0) return undefined;
  if (standing === undefined) return service?.undone && undoneRelease({ aws, plan: stage }, plan, service.undone);
  const { kind, task } = standing;
  const cause = causeOf(task, healthFindingIn(events, task));
  return {
    kind,
    cause: describeCause(cause, plan),
    exitCode: task.exitCode,
    reason: describeReason(task),
    task: task.id,
    at: task.stoppedAt,
  };
}

async function undoneRelease(
  { aws, plan: stage }: Pick<Stage, "aws" | "plan">,
  plan: ServicePlan,
  { at, deployment }: Undone,
): Promise<FailureFacts> {
  const ringing = await readReleaseAlarms(aws.client(CloudWatchClient), stage, plan);
  const reason = ringing.map(({ reason: why }) => why).join(" ") || `The alarm that ended ${deployment} is over.`;
  return { kind: "rolled-back", cause: describeUndone(ringing), exitCode: undefined, reason, task: undefined, at };
}
