import type { Resources } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";
import { aliasResource, eventInvokeConfigResource, permissionResource, versionResource } from "./companions.ts";
import { functionResource } from "./function.ts";
import { mappingResource } from "./mapping.ts";
import { layerVersionResource } from "./records.ts";
import { urlResource } from "./url.ts";

export function resourcesOf(engine: LambdaEngine): Resources {
  return {
    "AWS::Lambda::Function": functionResource(engine),
    "AWS::Lambda::Permission": permissionResource(engine),
    "AWS::Lambda::Version": versionResource(engine),
    "AWS::Lambda::Alias": aliasResource(engine),
    "AWS::Lambda::EventInvokeConfig": eventInvokeConfigResource(engine),
    "AWS::Lambda::EventSourceMapping": mappingResource(engine),
    "AWS::Lambda::LayerVersion": layerVersionResource(engine),
    "AWS::Lambda::Url": urlResource(engine),
  };
}
