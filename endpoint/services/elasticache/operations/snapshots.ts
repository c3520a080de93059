import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { ElastiCacheEngine } from "../engine.ts";
import { snapshotForWire } from "./wire.ts";

export function snapshotOperations({ groups }: ElastiCacheEngine): Operations {
  const { snapshots } = groups;
  return {
    CreateSnapshot: define(v.object({ SnapshotName: v.string(), ReplicationGroupId: v.string() }), (input) => ({
      Snapshot: snapshotForWire(groups.snapshot(input.SnapshotName, input.ReplicationGroupId)),
    })),
    DescribeSnapshots: define(
      v.object({ SnapshotName: v.optional(v.string()), ReplicationGroupId: v.optional(v.string()) }),
      ({ SnapshotName, ReplicationGroupId }) => ({
        Snapshots: (SnapshotName === undefined ? snapshots.all() : [snapshots.get(SnapshotName)])
          .filter(({ groupId }) => ReplicationGroupId === undefined || groupId === ReplicationGroupId)
          .map(snapshotForWire),
      }),
    ),
    DeleteSnapshot: define(v.object({ SnapshotName: v.string() }), ({ SnapshotName }) => ({
      Snapshot: { ...snapshotForWire(snapshots.delete(SnapshotName)), SnapshotStatus: "deleting" },
    })),
  };
}
