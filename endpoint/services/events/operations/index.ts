import type { Operations } from "#endpoint/core/service.ts";
import type { EventsEngine } from "../engine.ts";
import { busOperations } from "./buses.ts";
import { ruleOperations } from "./rules.ts";

export function operationsOf(engine: EventsEngine): Operations {
  return { ...ruleOperations(engine), ...busOperations(engine) };
}
