import type { ServiceFacts } from "./facts.ts";

/** What needs an explanation, in sentences with the command that goes on; nothing of a service that is well. */
export function troublesOf(facts: ServiceFacts): readonly string[] {
  const { plan, service } = facts;
  if (service === undefined) return ["It is in the map and not deployed: a deploy brings it."];
  const lines = [...deploymentTroubles(service), ...targetTroubles(facts), ...taskTroubles(service)];
  return lines.length === 0 ? [] : [...lines, `→ fleet logs ${plan.key} --since 15m`];
}

type Service = NonNullable<ServiceFacts["service"]>;

function deploymentTroubles({ deployments }: Service): readonly string[] {
  return deployments.flatMap(({ state, failed, reason }) => {
    if (state === "FAILED") return [`A deployment failed: ${reason || "ECS names no reason."}`];
    return state === "IN_PROGRESS" && failed > 0
      ? [`Of the deployment under way ${failed} ${failed === 1 ? "task has" : "tasks have"} failed so far.`]
      : [];
  });
}

function targetTroubles({ targets }: ServiceFacts): readonly string[] {
  return targets
    .filter(({ state }) => state === "unhealthy")
    .map(({ id, reason }) => `${id} is unhealthy: ${reason ?? "no reason given"}`);
}

/** During a rollout fewer may run for a while; without one, tasks stop faster than they start. */
function taskTroubles({ running, desired, deployments }: Service): readonly string[] {
  const rolling = deployments.some(({ state }) => state === "IN_PROGRESS");
  return running < desired && !rolling ? [`${running} of ${desired} tasks run.`] : [];
}
