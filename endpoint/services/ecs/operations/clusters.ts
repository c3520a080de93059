import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { type Cluster, clusterSchema } from "../clusters.ts";
import { describeCluster } from "../description.ts";
import type { EcsEngine } from "../engine.ts";
import { page, pageSchema } from "../page.ts";

const cluster = v.object({ cluster: v.string() });

export function clusterOperations(engine: EcsEngine): Operations {
  const { clusters } = engine;
  const describe = (found: Cluster) =>
    describeCluster(found, { tasks: engine.tasks.list(engine.clock.now()), services: engine.services.list() });
  return {
    CreateCluster: define(clusterSchema, (input) => ({ cluster: describe(clusters.create(input)) })),

    DescribeClusters: define(v.object({ clusters: v.optional(v.array(v.string()), ["default"]) }), (input) => {
      const found = input.clusters.map((reference) => ({ reference, cluster: clusters.find(reference) }));
      return {
        clusters: found.flatMap((one) => (one.cluster === undefined ? [] : [describe(one.cluster)])),
        failures: found.flatMap((one) => (one.cluster ? [] : [{ arn: one.reference, reason: "MISSING" }])),
      };
    }),

    ListClusters: define(v.object(pageSchema), (input) => {
      const active = clusters.list().filter(({ status }) => status === "ACTIVE");
      const { items, ...more } = page(active, input);
      return { clusterArns: items.map(({ arn }) => arn), ...more };
    }),

    UpdateCluster: define(v.object({ ...cluster.entries, settings: clusterSchema.entries.settings }), (input) => ({
      cluster: describe(clusters.change(clusters.active(input.cluster), { settings: input.settings })),
    })),

    UpdateClusterSettings: define(
      v.object({ ...cluster.entries, settings: clusterSchema.entries.settings }),
      (input) => ({
        cluster: describe(clusters.change(clusters.active(input.cluster), { settings: input.settings })),
      }),
    ),

    PutClusterCapacityProviders: define(
      v.object({
        ...cluster.entries,
        capacityProviders: v.array(v.string()),
        defaultCapacityProviderStrategy: clusterSchema.entries.defaultCapacityProviderStrategy,
      }),
      ({ cluster: reference, ...change }) => ({
        cluster: describe(clusters.change(clusters.active(reference), change)),
      }),
    ),

    DeleteCluster: define(cluster, (input) => ({ cluster: describe(deleteCluster(engine, input.cluster)) })),
  };
}

/** Throws ECS's refusals while anything lives in the cluster. */
export function deleteCluster(engine: EcsEngine, reference: string): Cluster {
  const cluster = engine.clusters.active(reference);
  const services = engine.services.list().filter(({ identity }) => identity.clusterArn === cluster.arn);
  if (services.some(({ status }) => status !== "INACTIVE"))
    throw new AwsError("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.");
  const tasks = engine.tasks.list(engine.clock.now()).filter(({ clusterArn }) => clusterArn === cluster.arn);
  if (tasks.some(({ lastStatus }) => lastStatus !== "STOPPED"))
    throw new AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
  return engine.clusters.change(cluster, { status: "INACTIVE" });
}
