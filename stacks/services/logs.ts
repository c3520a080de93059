import type { Construct } from "constructs";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { createGroup } from "../parts/log-group.ts";
import { usePlan } from "../parts/plan.ts";
import { perShard } from "../parts/shard.ts";

/**
 * What the tasks of a shard's services write, apart from the services: a failed deploy rolls those back, and what a
 * task wrote before it ended is what explains the failure. The next deploy finds the groups in place.
 */
export const Logs = perShard("Logs", ({ app, stack }, shard) => {
  const plan = usePlan(app);
  for (const service of plan.services.filter((candidate) => candidate.shard === shard)) {
    if (!plan.standing.olderLogs.has(service.key)) createLogGroup(stack, service.key, plan, service);
  }
});

/** Removing the entry removes its logs: ECS-10. */
export function createLogGroup(scope: Construct, id: string, plan: StagePlan, { key }: ServicePlan): void {
  createGroup(scope, id, plan, names.logGroup(plan.stage, key));
}
