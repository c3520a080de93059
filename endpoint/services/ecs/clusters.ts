import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag } from "#endpoint/core/properties.ts";
import type { Tag } from "./tag.ts";

const logging = v.looseObject({
  logging: v.optional(v.picklist(["NONE", "DEFAULT", "OVERRIDE"]), "DEFAULT"),
  logConfiguration: v.optional(
    v.looseObject({
      cloudWatchLogGroupName: v.optional(v.string()),
      cloudWatchEncryptionEnabled: v.optional(flag),
    }),
  ),
});
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html */
const configuration = v.looseObject({
  executeCommandConfiguration: v.optional(
    v.pipe(
      logging,
      v.check(
        (given) => given.logging !== "OVERRIDE" || given.logConfiguration !== undefined,
        "logConfiguration must be given where logging is OVERRIDE",
      ),
    ),
  ),
});

export const clusterSchema = v.looseObject({
  clusterName: v.optional(v.string(), "default"),
  tags: v.optional(v.array(v.object({ key: v.string(), value: v.string() })), []),
  settings: v.optional(v.array(v.object({ name: v.string(), value: v.string() })), []),
  configuration: v.optional(configuration),
  capacityProviders: v.optional(v.array(v.string()), []),
  defaultCapacityProviderStrategy: v.optional(v.array(v.looseObject({})), []),
});
export type ClusterInput = v.InferOutput<typeof clusterSchema>;

export interface Cluster {
  readonly arn: string;
  readonly name: string;
  readonly status: "ACTIVE" | "INACTIVE";
  readonly tags: readonly Tag[];
  readonly settings: ClusterInput["settings"];
  readonly configuration: ClusterInput["configuration"];
  readonly capacityProviders: readonly string[];
  readonly defaultCapacityProviderStrategy: ClusterInput["defaultCapacityProviderStrategy"];
}

export interface Clusters {
  /** Creating a cluster that exists answers the one there is, as ECS does. */
  create(input: ClusterInput): Cluster;
  /** By name or arn; without a reference, the cluster `default`. Inactive clusters are found too. */
  find(reference: string | undefined): Cluster | undefined;
  /** Throws `ClusterNotFoundException`. */
  active(reference: string | undefined): Cluster;
  change(cluster: Cluster, change: Partial<Omit<Cluster, "arn" | "name">>): Cluster;
  list(): readonly Cluster[];
}

export function createClusters(arnPrefix: string): Clusters {
  const clusters = new Map<string, Cluster>();
  const find = (reference = "default") => clusters.get(reference.slice(reference.lastIndexOf("/") + 1));
  const active = (reference: string | undefined): Cluster => {
    const cluster = find(reference);
    if (cluster?.status !== "ACTIVE") throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    return cluster;
  };
  return {
    find,
    active,
    create(input) {
      const existing = find(input.clusterName);
      if (existing?.status === "ACTIVE") return existing;
      const cluster: Cluster = {
        arn: `${arnPrefix}:cluster/${input.clusterName}`,
        name: input.clusterName,
        status: "ACTIVE",
        tags: input.tags,
        settings: input.settings,
        configuration: input.configuration,
        capacityProviders: input.capacityProviders,
        defaultCapacityProviderStrategy: input.defaultCapacityProviderStrategy,
      };
      clusters.set(cluster.name, cluster);
      return cluster;
    },
    change(cluster, change) {
      const changed = { ...cluster, ...change };
      clusters.set(cluster.name, changed);
      return changed;
    },
    list: () => [...clusters.values()],
  };
}
