import type { Operations } from "#endpoint/core/service.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { policyOperations } from "./policy.ts";
import { rotationOperations } from "./rotation.ts";
import { secretOperations } from "./secrets.ts";
import { valueOperations } from "./values.ts";

export function operationsOf(engine: SecretsManagerEngine): Operations {
  return {
    ...secretOperations(engine),
    ...valueOperations(engine),
    ...rotationOperations(engine),
    ...policyOperations(engine),
  };
}
