import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeSnapshot } from "../description.ts";
import type { ElastiCacheEngine } from "../engine.ts";

export function snapshotOperations({ groups }: ElastiCacheEngine): Operations {
  const { snapshots } = groups;
  return {
    CreateSnapshot: define(v.object({ SnapshotName: v.string(), ReplicationGroupId: v.string() }), (input) => ({
      Snapshot: describeSnapshot(groups.snapshot(input.SnapshotName, input.ReplicationGroupId)),
    })),
    DescribeSnapshots: define(
      v.object({ SnapshotName: v.optional(v.string()), ReplicationGroupId: v.optional(v.string()) }),
      ({ SnapshotName, ReplicationGroupId }) => ({
        Snapshots: (SnapshotName === undefined ? snapshots.all() : [snapshots.get(SnapshotName)])
          .filter(({ groupId }) => ReplicationGroupId === undefined || groupId === ReplicationGroupId)
          .map(describeSnapshot),
      }),
    ),
    DeleteSnapshot: define(v.object({ SnapshotName: v.string() }), ({ SnapshotName }) => ({
      Snapshot: { ...describeSnapshot(snapshots.delete(SnapshotName)), SnapshotStatus: "deleting" },
    })),
  };
}
