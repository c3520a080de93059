import type { ServiceFacts } from "../status/facts.ts";
import { type Finding, skipped } from "./check.ts";

/**
 * Why a service need not be asked over its address: it is offline by the map, or has no healthy target, which is the
 * finding of `targets` and no second one. `undefined` for one that has to answer.
 */
export function tellOffline({ plan, service, targets }: ServiceFacts): readonly Finding[] | undefined {
  if (plan.desiredCount === 0) return [];
  if (service !== undefined && targets.some(({ state }) => state === "healthy")) return undefined;
  return [skipped(`${plan.key} was not asked: it has no healthy target (see targets).`)];
}
