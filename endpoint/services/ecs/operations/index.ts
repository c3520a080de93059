import type { Operations } from "#endpoint/core/service.ts";
import type { EcsEngine } from "../engine.ts";
import { clusterOperations } from "./clusters.ts";
import { serviceDeploymentOperations } from "./service-deployments.ts";
import { serviceOperations } from "./services.ts";
import { tagOperations } from "./tags.ts";
import { taskDefinitionOperations } from "./task-definitions.ts";
import { taskOperations } from "./tasks.ts";

export function operationsOf(engine: EcsEngine): Operations {
  return {
    ...clusterOperations(engine),
    ...taskDefinitionOperations(engine),
    ...serviceOperations(engine),
    ...serviceDeploymentOperations(engine),
    ...taskOperations(engine),
    ...tagOperations(engine),
  };
}
