import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { ElastiCacheEngine } from "./engine.ts";

const Named = v.object({
  ReplicationGroupId: v.optional(v.string()),
  SnapshotName: v.optional(v.string()),
  CacheSubnetGroupName: v.optional(v.string()),
  CacheClusterId: v.optional(v.string()),
});

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticache.html */
export function accessOf({ place }: ElastiCacheEngine): CallAccess {
  return {
    resourceOf(_operation, input) {
      const parsed = v.safeParse(Named, input);
      if (!parsed.success) return undefined;
      const { ReplicationGroupId, SnapshotName, CacheSubnetGroupName, CacheClusterId } = parsed.output;
      const kinds = {
        replicationgroup: ReplicationGroupId,
        snapshot: SnapshotName,
        subnetgroup: CacheSubnetGroupName,
        cluster: CacheClusterId,
      };
      const named = Object.entries(kinds).flatMap(([kind, name]) =>
        name === undefined ? [] : `arn:aws:elasticache:${place.region}:${place.account}:${kind}:${name}`,
      );
      return named.length === 0 ? undefined : named;
    },
  };
}
