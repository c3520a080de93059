import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { ElastiCacheEngine } from "./engine.ts";

const named = v.object({ ReplicationGroupId: v.string() });

export function accessOf({ place }: ElastiCacheEngine): CallAccess {
  return {
    resourceOf(_operation, input) {
      const parsed = v.safeParse(named, input);
      if (!parsed.success) return undefined;
      return `arn:aws:elasticache:${place.region}:${place.account}:replicationgroup:${parsed.output.ReplicationGroupId}`;
    },
  };
}
