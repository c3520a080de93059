import { type FailedTask, revisionOf } from "./failed-task.ts";

/** What is needed of an ECS service to see whether its failures still matter. */
export interface Standing {
  readonly desired: number;
  readonly running: number;
  readonly taskDefinition: string;
  /** State of its primary deployment: `COMPLETED`, `FAILED` or `IN_PROGRESS`. */
  readonly rollout: string;
}

export type Failure =
  /** It does not run as it should, and this is how its last task ended. */
  | { readonly kind: "down"; readonly task: FailedTask }
  /** The new deployment failed, and the one before keeps serving. */
  | { readonly kind: "rolled-back"; readonly task: FailedTask };

/**
 * The failure that a service has not recovered from, if any.
 * @param standing undefined for a service that does not exist, such as one whose first deploy was rolled back
 * @param failed the newest first
 */
export function standingFailure(standing: Standing | undefined, failed: readonly FailedTask[]): Failure | undefined {
  const [task] = failed;
  if (task === undefined) return undefined;
  if (standing === undefined) return { kind: "down", task };
  const { desired, running, rollout, taskDefinition } = standing;
  const short = running < desired && (rollout !== "IN_PROGRESS" || running === 0);
  if (rollout === "FAILED" || short) return { kind: "down", task };
  const refused = failed.find(({ revision }) => revision > revisionOf(taskDefinition));
  return refused && { kind: "rolled-back", task: refused };
}
