import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider } from "#endpoint/core/service.ts";
import { clusterSchema } from "../clusters.ts";
import type { EcsEngine } from "../engine.ts";
import { deleteCluster } from "../operations/clusters.ts";
import { fromTemplate, ignoreMissing, withStackTags } from "../template.ts";

export function clusterResource(engine: EcsEngine): ResourceProvider {
  const parse = (properties: Properties, context: ResourceContext) => {
    const input = parseProperties(clusterSchema, fromTemplate(properties), context);
    return { ...input, tags: withStackTags(input.tags, context) };
  };
  return {
    replaceOn: ["ClusterName"],
    async create(properties, context) {
      const named = { ClusterName: physicalName(context, 255), ...properties };
      const cluster = engine.clusters.create(parse(named, context));
      return { physicalId: cluster.name, attributes: { Arn: cluster.arn } };
    },
    async update(current, properties, _previous, context) {
      const { clusterName: _, ...change } = parse(properties, context);
      engine.clusters.change(engine.clusters.active(current.physicalId), change);
      return current;
    },
    async delete(current) {
      ignoreMissing(["ClusterNotFoundException"], () => deleteCluster(engine, current.physicalId));
    },
  };
}

export function associationsResource(engine: EcsEngine): ResourceProvider {
  const schema = v.object({
    cluster: v.string(),
    capacityProviders: v.array(v.string()),
    defaultCapacityProviderStrategy: v.array(v.looseObject({})),
  });
  const put = (properties: Properties, context: ResourceContext) => {
    const { cluster, ...change } = parseProperties(schema, fromTemplate(properties), context);
    engine.clusters.change(engine.clusters.active(cluster), change);
    return { physicalId: cluster, attributes: {} };
  };
  return {
    replaceOn: ["Cluster"],
    create: async (properties, context) => put(properties, context),
    update: async (_current, properties, _previous, context) => put(properties, context),
    async delete(current) {
      const none = { capacityProviders: [], defaultCapacityProviderStrategy: [] };
      ignoreMissing(["ClusterNotFoundException"], () =>
        engine.clusters.change(engine.clusters.active(current.physicalId), none),
      );
    },
  };
}
