import type { Operations } from "#endpoint/core/service.ts";
import type { CloudFormationEngine } from "../engine.ts";
import { changeOperations } from "./changes.ts";
import { driftOperations } from "./drift.ts";
import { lifecycleOperations } from "./lifecycle.ts";
import { readingOperations } from "./reading.ts";
import { templateOperations } from "./templates.ts";

export function operationsOf(engine: CloudFormationEngine): Operations {
  return {
    ...lifecycleOperations(engine),
    ...changeOperations(engine),
    ...templateOperations(engine),
    ...readingOperations(engine),
    ...driftOperations(engine),
  };
}
