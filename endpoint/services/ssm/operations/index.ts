import type { Operations } from "#endpoint/core/service.ts";
import type { SsmEngine } from "../engine.ts";
import { parameterOperations } from "./parameters.ts";
import { tagOperations } from "./tags.ts";

export function operationsOf(engine: SsmEngine): Operations {
  return { ...parameterOperations(engine), ...tagOperations(engine) };
}
