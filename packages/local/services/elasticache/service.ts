import * as v from "valibot";
import type { AwsService } from "../../endpoint/service.ts";
import { elastiCacheOperations, listElement } from "./operations.ts";
import { type Availability, type ReplicationGroupPorts, ReplicationGroups } from "./replication-groups.ts";
import { inertResources, replicationGroupProvider } from "./resources.ts";

export interface ElastiCache {
  readonly service: AwsService;
  readonly availability: Availability;
  stop(): Promise<void>;
}

/** ElastiCache over the machine's own Redis or Valkey, with TLS; without one, groups whose address nobody answers. */
export function createElastiCache(ports: ReplicationGroupPorts): ElastiCache {
  const groups = new ReplicationGroups(ports);
  const stop = () => groups.stop();
  return {
    service: {
      signingName: "elasticache",
      protocol: { kind: "query", namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/", listElement },
      operations: elastiCacheOperations(groups),
      resources: { "AWS::ElastiCache::ReplicationGroup": replicationGroupProvider(groups), ...inertResources },
      resourceOf(_operation, input) {
        const named = v.safeParse(v.object({ ReplicationGroupId: v.string() }), input);
        if (!named.success) return undefined;
        const { region, account } = ports.place;
        return `arn:aws:elasticache:${region}:${account}:replicationgroup:${named.output.ReplicationGroupId}`;
      },
      stop,
    },
    availability: groups.availability,
    stop,
  };
}
