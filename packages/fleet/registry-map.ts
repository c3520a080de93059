import type { StagePlan } from "./plan.ts";

/** What the registry lists of a stage, as data: https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/api/openapi.yaml */
export interface RegistryMap {
  readonly servers: readonly {
    /** `com.example.mcp/notes`: the stage's domain backwards, as names in a registry are. */
    readonly name: string;
    readonly description: string;
    readonly version: string;
    readonly url: string;
  }[];
}

export function registryMapOf({ serviceDomain, services }: StagePlan): RegistryMap {
  const namespace = serviceDomain.split(".").reverse().join(".");
  return {
    servers: services
      .filter(({ mcp, desiredCount }) => mcp && desiredCount > 0)
      .map(({ key, host, url, image, description }) => ({
        name: `${namespace}/${host}`,
        description: description ?? key.replaceAll("_", " "),
        version: versionOf(image),
        url: new URL("/mcp", url).href,
      })),
  };
}

/** The image's tag, where that is a version; editors show it, and compare it with nothing else. */
function versionOf(image: string): string {
  return /:v?(\d+\.\d+\.\d+(?:[-+][\w.-]+)?)$/.exec(image.split("@")[0] ?? "")?.[1] ?? "1.0.0";
}
