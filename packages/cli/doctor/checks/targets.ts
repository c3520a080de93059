import type { StagePlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Finding, failure, passed } from "../check.ts";

export const targets: Check = {
  id: "targets",
  ok: "Every service has as many healthy targets as the map wants.",
  async look({ services, stage }) {
    const all = await services;
    const found = all.flatMap((facts) => lookAt(facts, stage.plan));
    const unasked = all.filter(({ plan, targets: seen }) => seen === undefined && plan.desiredCount > 0).length;
    if (found.length > 0 || unasked === 0) return found;
    return [
      passed(`As many tasks as the map wants; ${unasked} of ${all.length} services by ECS and their alarms alone.`),
    ];
  },
};

function lookAt({ plan, service, targets: found, tasks }: ServiceFacts, stage: StagePlan): readonly Finding[] {
  if (service === undefined) return [failure(`${plan.key} is in the map but not in ECS.`, howToDeploy(stage))];
  // Where its balancer was not asked, what ECS says of its tasks counts.
  const healthy = found === undefined ? service.running : found.filter(({ state }) => state === "healthy").length;
  if (healthy >= plan.desiredCount) return [];
  const others = (found ?? []).filter(({ state }) => state !== "healthy" && state !== "draining");
  const seen = others.map(({ state, reason }) => (reason === undefined ? state : `${state}: ${reason}`));
  return [
    failure(
      `${plan.key} has ${healthy} healthy targets of ${plan.desiredCount}, ${tasks.length} tasks${seen.length > 0 ? ` (${seen.join("; ")})` : ""}.`,
      `fleet logs ${plan.key} --since 15m shows why`,
    ),
  ];
}
