import type { RuleSpec } from "../model.ts";
import { compileCondition, type RoutedRequest, type Test } from "./conditions.ts";

export type Router<Route> = (request: RoutedRequest) => Route;

/**
 * Compiles the rules of a listener, in the order they are tried, into one function. The first rule whose conditions
 * all hold decides; none means the default. Routes are compiled too, so that a request builds nothing.
 */
export function compileRouter<Route>(
  rules: readonly RuleSpec[],
  fallback: Route,
  compileRoute: (rule: RuleSpec) => Route,
): Router<Route> {
  const compiled = rules.map((rule) => ({
    tests: rule.conditions.map(compileCondition),
    route: compileRoute(rule),
  }));
  return (request) => {
    for (const rule of compiled) if (allHold(rule.tests, request)) return rule.route;
    return fallback;
  };
}

function allHold(tests: readonly Test[], request: RoutedRequest): boolean {
  for (const holds of tests) if (!holds(request)) return false;
  return true;
}
