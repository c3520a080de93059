import type { Resources } from "#endpoint/core/service.ts";
import type { EcsEngine } from "../engine.ts";
import { associationsResource, clusterResource } from "./cluster.ts";
import { serviceResource } from "./service.ts";
import { taskDefinitionResource } from "./task-definition.ts";

export function resourcesOf(engine: EcsEngine): Resources {
  return {
    "AWS::ECS::Cluster": clusterResource(engine),
    "AWS::ECS::ClusterCapacityProviderAssociations": associationsResource(engine),
    "AWS::ECS::TaskDefinition": taskDefinitionResource(engine),
    "AWS::ECS::Service": serviceResource(engine),
  };
}
