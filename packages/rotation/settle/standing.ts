import type { ServiceObservation } from "./observation.ts";
import { timing } from "./timing.ts";

/** Where a consumer stands towards a value that counts from `since` on. */
export type Standing = "ready" | "stale" | "rolling" | "draining" | "failed";

/**
 * A rollback's own completion is no success: the failure before it is what counts, as its tasks read the same secret.
 */
export function standingOf(service: ServiceObservation, since: number): Standing {
  const { primary, desiredCount, tasks, failures } = service;
  if (desiredCount === 0) return (tasks ?? []).some((task) => task.createdAt < since) ? "draining" : "ready";
  const failedAt = Math.max(Number.NEGATIVE_INFINITY, ...failures.filter((at) => at >= since));
  const repaired = primary?.state === "COMPLETED" && primary.createdAt >= failedAt + timing.repair;
  if (Number.isFinite(failedAt) && !repaired) return "failed";
  if (primary === undefined || primary.createdAt < since) return "stale";
  switch (primary.state) {
    case "FAILED":
      return "failed";
    case "IN_PROGRESS":
      return "rolling";
    case "COMPLETED":
      // Stopping tasks count: until they end, they use the old value.
      return tasks === undefined || tasks.some((task) => task.createdAt < since) ? "draining" : "ready";
  }
}
