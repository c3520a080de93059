import type { ScalingDefinition } from "./definition.ts";
import type { ServicePlan, StagePlan } from "./plan.ts";

export interface SessionLoss {
  /** When sessions are lost, as the end of a sentence about the service. */
  readonly when: string;
  readonly remedy: string;
}

/**
 * What happens to a service that keeps its clients' sessions in the memory of its task: clients do not recover from a
 * session that a server no longer knows, and many never send a balancer's cookie back.
 */
export function sessionLoss({ secrets }: StagePlan, service: ServicePlan): SessionLoss | undefined {
  const rotating = secrets.filter(({ rotation, usedBy }) => "issuer" in rotation && usedBy.includes(service.key));
  const stateless = `Make ${service.key} stateless (google_workspace: WORKSPACE_MCP_STATELESS_MODE=true)`;
  if (rotating.length > 0) {
    const names = rotating.map(({ key }) => key).join(", ");
    return { when: `each rotation of ${names} ends them, as it replaces the tasks`, remedy: `${stateless}.` };
  }
  const tasks = mostTasks(service);
  if (tasks < 2 || service.stickiness) return undefined;
  return {
    when: `another of its ${service.scaling === undefined ? "" : "up to "}${tasks} tasks does not know them`,
    remedy: `${stateless}, or set stickiness: true, for clients that keep cookies.`,
  };
}

interface Scaled {
  readonly desiredCount?: number;
  readonly scaling?: ScalingDefinition | undefined;
}

/** How many tasks a service has at any time of its schedule. */
export function mostTasks({ desiredCount = 1, scaling }: Scaled): number {
  return Math.max(...[scaling ?? { max: desiredCount }, ...(scaling?.schedule ?? [])].map(({ max }) => max));
}
