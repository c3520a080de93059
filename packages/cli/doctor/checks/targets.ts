import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Finding, failure } from "../check.ts";

export const targets: Check = {
  id: "targets",
  ok: "Every service has as many healthy targets as the map wants.",
  look: async ({ services, stage }) => (await services).flatMap((facts) => lookAt(facts, stage.plan.stage)),
};

function lookAt({ plan, service, targets: found, tasks }: ServiceFacts, stage: string): readonly Finding[] {
  if (service === undefined)
    return [failure(`${plan.key} is in the map but not in ECS.`, `npx sst deploy --stage ${stage}`)];
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
