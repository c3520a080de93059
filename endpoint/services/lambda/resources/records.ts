import type { Properties, ResourceContext, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";

/** Kept by name with nothing to run: layers are not mounted. */
function record(
  replaceOn: readonly string[],
  describe: (properties: Properties, context: ResourceContext) => ResourceState,
): ResourceProvider {
  return {
    inert: true,
    replaceOn,
    create: async (properties, context) => describe(properties, context),
    update: async (current) => current,
    delete: async () => undefined,
  };
}

export function layerVersionResource({ place }: LambdaEngine): ResourceProvider {
  return record(["Content", "LayerName", "CompatibleRuntimes", "Description", "LicenseInfo"], (properties, context) => {
    const name = typeof properties.LayerName === "string" ? properties.LayerName : context.logicalId;
    const arn = `arn:aws:lambda:${place.region}:${place.account}:layer:${name}:1`;
    return { physicalId: arn, attributes: { LayerVersionArn: arn } };
  });
}
