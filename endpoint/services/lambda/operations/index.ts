import type { Operations } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";
import { functionOperations } from "./functions.ts";
import { invokeOperations } from "./invoke.ts";
import { mappingOperations } from "./mappings.ts";
import { policyOperations } from "./policy.ts";
import { scalingOperations } from "./scaling.ts";
import { urlOperations } from "./urls.ts";
import { versionOperations } from "./versions.ts";

export function operationsOf(engine: LambdaEngine): Operations {
  return {
    ...functionOperations(engine),
    ...versionOperations(engine),
    ...policyOperations(engine),
    ...scalingOperations(engine),
    ...mappingOperations(engine),
    ...invokeOperations(engine),
    ...urlOperations(engine),
  };
}
