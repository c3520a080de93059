import type { ReplicationGroupPorts, ReplicationGroups } from "./replication-groups.ts";

export type ElastiCachePorts = ReplicationGroupPorts;

export interface ElastiCacheEngine {
  readonly place: ElastiCachePorts["place"];
  readonly groups: ReplicationGroups;
}
