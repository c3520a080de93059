import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag, numeric } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { ElastiCacheEngine } from "./engine.ts";
import type { ReplicationGroup, ReplicationGroups, Snapshot } from "./replication-groups.ts";

const modification = v.object({
  ReplicationGroupId: v.string(),
  ApplyImmediately: v.optional(flag),
  AuthToken: v.optional(v.string()),
  AuthTokenUpdateStrategy: v.optional(v.picklist(["ROTATE", "SET", "DELETE"])),
  ReplicationGroupDescription: v.optional(v.string()),
  CacheNodeType: v.optional(v.string()),
  EngineVersion: v.optional(v.string()),
  AutomaticFailoverEnabled: v.optional(flag),
  MultiAZEnabled: v.optional(flag),
  SnapshotRetentionLimit: v.optional(numeric),
  SnapshotWindow: v.optional(v.string()),
});
type Modification = v.InferOutput<typeof modification>;

export function operationsOf({ groups }: ElastiCacheEngine): Operations {
  return {
    DescribeReplicationGroups: define(v.object({ ReplicationGroupId: v.optional(v.string()) }), (input) => {
      const wanted = input.ReplicationGroupId === undefined ? groups.all() : [groups.get(input.ReplicationGroupId)];
      return { ReplicationGroups: wanted.map(describeGroup) };
    }),
    ModifyReplicationGroup: define(modification, async (input) => {
      await changeToken(groups, input);
      return { ReplicationGroup: describeGroup(groups.change(input.ReplicationGroupId, changesIn(input))) };
    }),
    IncreaseReplicaCount: define(replicaCount(), (input) => resize(groups, input)),
    DecreaseReplicaCount: define(replicaCount(), (input) => resize(groups, input)),
    CreateSnapshot: define(v.object({ SnapshotName: v.string(), ReplicationGroupId: v.string() }), (input) => ({
      Snapshot: describeSnapshot(groups.snapshot(input.SnapshotName, input.ReplicationGroupId, "manual")),
    })),
    DescribeSnapshots: define(
      v.object({ SnapshotName: v.optional(v.string()), ReplicationGroupId: v.optional(v.string()) }),
      (input) => ({
        Snapshots: groups
          .snapshots()
          .filter(({ name }) => input.SnapshotName === undefined || name === input.SnapshotName)
          .filter(({ groupId }) => input.ReplicationGroupId === undefined || groupId === input.ReplicationGroupId)
          .map(describeSnapshot),
      }),
    ),
    DeleteSnapshot: define(v.object({ SnapshotName: v.string() }), ({ SnapshotName }) => ({
      Snapshot: describeSnapshot(groups.deleteSnapshot(SnapshotName)),
    })),
    ListTagsForResource: define(v.object({ ResourceName: v.string() }), ({ ResourceName }) => {
      const { settings } = groups.get(ResourceName.split(":").at(-1) ?? "");
      return { TagList: Object.entries(settings.tags).map(([Key, Value]) => ({ Key, Value })) };
    }),
  };
}

/** ElastiCache names the elements of its lists: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html */
export function listElement(path: string): string {
  const list = path.slice(path.lastIndexOf(".") + 1);
  if (list === "MemberClusters") return "ClusterId";
  if (list === "TagList") return "Tag";
  return list === "UserGroupIds" ? "member" : list.replace(/s$/, "");
}

async function changeToken(groups: ReplicationGroups, input: Modification): Promise<void> {
  const { AuthToken, AuthTokenUpdateStrategy = "ROTATE", ApplyImmediately } = input;
  if (AuthToken === undefined) {
    if (input.AuthTokenUpdateStrategy !== undefined)
      throw new AwsError("InvalidParameterCombination", "AuthTokenUpdateStrategy needs an AuthToken.");
    return;
  }
  if (ApplyImmediately !== true)
    throw new AwsError("InvalidParameterCombination", "An AUTH token can only be changed with ApplyImmediately=true.");
  await groups.changeToken(input.ReplicationGroupId, AuthTokenUpdateStrategy, AuthToken);
}

function changesIn(input: Modification) {
  return {
    ...(input.ReplicationGroupDescription !== undefined && { description: input.ReplicationGroupDescription }),
    ...(input.CacheNodeType !== undefined && { nodeType: input.CacheNodeType }),
    ...(input.EngineVersion !== undefined && { engineVersion: input.EngineVersion }),
    ...(input.AutomaticFailoverEnabled !== undefined && { automaticFailover: input.AutomaticFailoverEnabled }),
    ...(input.MultiAZEnabled !== undefined && { multiAz: input.MultiAZEnabled }),
    ...(input.SnapshotRetentionLimit !== undefined && { snapshotRetentionDays: input.SnapshotRetentionLimit }),
    ...(input.SnapshotWindow !== undefined && { snapshotWindow: input.SnapshotWindow }),
  };
}

function replicaCount() {
  return v.object({ ReplicationGroupId: v.string(), NewReplicaCount: numeric, ApplyImmediately: flag });
}

/** The primary comes on top of the replicas. */
function resize(
  groups: ReplicationGroups,
  input: { readonly ReplicationGroupId: string; readonly NewReplicaCount: number },
) {
  const nodes = input.NewReplicaCount + 1;
  return { ReplicationGroup: describeGroup(groups.change(input.ReplicationGroupId, { nodes })) };
}

function describeGroup(group: ReplicationGroup) {
  const { id, address, port, settings, tokens } = group;
  const clusters = Array.from({ length: settings.nodes }, (_, index) => `${id}-${String(index + 1).padStart(3, "0")}`);
  const endpoint = { Address: address, Port: port };
  return {
    ReplicationGroupId: id,
    Description: settings.description,
    Status: "available",
    PendingModifiedValues: {},
    MemberClusters: clusters,
    NodeGroups: [
      {
        NodeGroupId: "0001",
        Status: "available",
        PrimaryEndpoint: endpoint,
        ReaderEndpoint: endpoint,
        NodeGroupMembers: clusters.map((CacheClusterId, index) => ({
          CacheClusterId,
          CacheNodeId: "0001",
          ReadEndpoint: endpoint,
          CurrentRole: index === 0 ? "primary" : "replica",
        })),
      },
    ],
    AutomaticFailover: settings.automaticFailover ? "enabled" : "disabled",
    MultiAZ: settings.multiAz ? "enabled" : "disabled",
    SnapshotRetentionLimit: settings.snapshotRetentionDays,
    SnapshotWindow: settings.snapshotWindow,
    ClusterEnabled: false,
    ClusterMode: "disabled",
    CacheNodeType: settings.nodeType,
    Engine: settings.engine,
    AuthTokenEnabled: tokens.hashes.length > 0,
    AuthTokenLastModifiedDate: group.tokenChangedAt === undefined ? undefined : new Date(group.tokenChangedAt),
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: "required",
    AtRestEncryptionEnabled: settings.encryptedAtRest,
    ARN: group.arn,
    ReplicationGroupCreateTime: new Date(group.createdAt),
  };
}

function describeSnapshot(snapshot: Snapshot) {
  return {
    SnapshotName: snapshot.name,
    ReplicationGroupId: snapshot.groupId,
    SnapshotSource: snapshot.source,
    SnapshotStatus: "available",
    ARN: snapshot.arn,
    NodeSnapshots: [{ CacheNodeId: "0001", SnapshotCreateTime: new Date(snapshot.createdAt) }],
  };
}
