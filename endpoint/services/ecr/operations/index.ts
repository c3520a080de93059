import type { Operations } from "#endpoint/core/service.ts";
import type { EcrEngine } from "../engine.ts";
import { imageOperations } from "./images.ts";
import { repositoryOperations } from "./repositories.ts";

export function operationsOf(engine: EcrEngine): Operations {
  return { ...repositoryOperations(engine), ...imageOperations(engine) };
}
