import type { FailureFacts, ServiceFacts } from "./facts.ts";

/** What needs an explanation, in sentences with the next command; nothing for a healthy service. */
export function troublesOf(facts: ServiceFacts): readonly string[] {
  const { plan, service, failure } = facts;
  const failed = failure === undefined ? [] : failureTroubles(failure);
  if (service === undefined && failed.length === 0) return ["It is in the map but not deployed: a deploy creates it."];
  const others =
    service === undefined ? [] : [...deploymentTroubles(service), ...targetTroubles(facts), ...taskTroubles(service)];
  const lines = [...failed, ...others];
  return lines.length === 0 ? [] : [...lines, `→ fleet logs ${plan.key} --since ${failed.length > 0 ? "1h" : "15m"}`];
}

function failureTroubles({ kind, cause, reason, task }: FailureFacts): readonly string[] {
  const what = kind === "down" ? "It did not start" : "Its last deployment failed, and the one before it keeps serving";
  const words = cause.includes(reason) ? [] : [`Task ${task.slice(0, 8)}: ${reason}`];
  return [`${what}: ${cause}`, ...words];
}

type Service = NonNullable<ServiceFacts["service"]>;

function deploymentTroubles({ deployments }: Service): readonly string[] {
  return deployments.flatMap(({ state, failed, reason }) => {
    if (state === "FAILED") return [`A deployment failed: ${reason || "ECS gives no reason."}`];
    return state === "IN_PROGRESS" && failed > 0
      ? [`In the current deployment, ${failed} ${failed === 1 ? "task has" : "tasks have"} failed so far.`]
      : [];
  });
}

function targetTroubles({ targets }: ServiceFacts): readonly string[] {
  return targets
    .filter(({ state }) => state === "unhealthy")
    .map(({ id, reason }) => `${id} is unhealthy: ${reason ?? "no reason given"}`);
}

/** During a rollout fewer may run for a while; otherwise tasks stop faster than they start. */
function taskTroubles({ running, desired, deployments }: Service): readonly string[] {
  const rolling = deployments.some(({ state }) => state === "IN_PROGRESS");
  return running < desired && !rolling ? [`${running} of ${desired} tasks run.`] : [];
}
