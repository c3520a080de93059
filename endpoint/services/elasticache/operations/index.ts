import type { Operations } from "#endpoint/core/service.ts";
import type { ElastiCacheEngine } from "../engine.ts";
import { replicationGroupOperations } from "./replication-groups.ts";
import { snapshotOperations } from "./snapshots.ts";

export function operationsOf(engine: ElastiCacheEngine): Operations {
  return { ...replicationGroupOperations(engine), ...snapshotOperations(engine) };
}
