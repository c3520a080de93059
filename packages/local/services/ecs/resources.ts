import type { ResourceProvider } from "#local/endpoint/service.ts";
import { associationsResource, clusterResource } from "./cluster-resource.ts";
import type { Engine } from "./engine.ts";
import { serviceResource } from "./service-resource.ts";
import { taskDefinitionResource } from "./task-definition-resource.ts";

export function resourcesOf(engine: Engine): Record<string, ResourceProvider> {
  return {
    "AWS::ECS::Cluster": clusterResource(engine),
    "AWS::ECS::ClusterCapacityProviderAssociations": associationsResource(engine),
    "AWS::ECS::TaskDefinition": taskDefinitionResource(engine),
    "AWS::ECS::Service": serviceResource(engine),
  };
}
