import type { ServiceFacts } from "../status/facts.ts";
import { type Finding, skipped } from "./check.ts";

/** Where its balancer was not asked, ECS finds it steady. */
const isServing = (targets: ServiceFacts["targets"], { running }: NonNullable<ServiceFacts["service"]>) =>
  targets === undefined ? running > 0 : targets.some(({ state }) => state === "healthy");

/**
 * Why a service need not be called: the map takes it offline, or it has no healthy target, which is the
 * finding of `targets` and not repeated here. `undefined` for one that has to answer.
 */
export function reportOffline({ plan, service, targets }: ServiceFacts): readonly Finding[] | undefined {
  if (plan.desiredCount === 0) return [];
  if (service !== undefined && isServing(targets, service)) return undefined;
  return [skipped(`${plan.key} was not called: it has no healthy target (see targets).`)];
}
