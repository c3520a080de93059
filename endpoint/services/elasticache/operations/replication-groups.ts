import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { flag, numeric, tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeCluster, describeGroup } from "../description.ts";
import type { ElastiCacheEngine } from "../engine.ts";
import { memberClusters } from "../model.ts";
import type { ReplicationGroups } from "../replication-groups.ts";

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
const creation = v.object({
  ReplicationGroupId: v.pipe(
    v.string(),
    v.toLowerCase(),
    v.maxLength(40),
    v.regex(/^[a-z](?:-?[a-z0-9])*$/, "must be letters, digits and single hyphens, and begin with a letter"),
  ),
  ReplicationGroupDescription: v.string(),
  NumCacheClusters: v.optional(numeric, 1),
  AutomaticFailoverEnabled: v.optional(flag, false),
  MultiAZEnabled: v.optional(flag, false),
  CacheNodeType: v.optional(v.string()),
  Engine: v.optional(v.picklist(["redis", "valkey"])),
  EngineVersion: v.optional(v.string()),
  CacheSubnetGroupName: v.optional(v.string()),
  SecurityGroupIds: v.optional(v.array(v.string()), []),
  TransitEncryptionEnabled: v.optional(flag, false),
  AtRestEncryptionEnabled: v.optional(flag, false),
  AuthToken: v.optional(v.string()),
  SnapshotName: v.optional(v.string()),
  SnapshotRetentionLimit: v.optional(numeric, 0),
  SnapshotWindow: v.optional(v.string(), ""),
  Tags: v.optional(tagList, []),
});

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

const deletion = v.object({ ReplicationGroupId: v.string(), FinalSnapshotIdentifier: v.optional(v.string()) });

export function replicationGroupOperations({ groups }: ElastiCacheEngine): Operations {
  return {
    DescribeReplicationGroups: define(v.object({ ReplicationGroupId: v.optional(v.string()) }), (input) => {
      const wanted = input.ReplicationGroupId === undefined ? groups.all() : [groups.get(input.ReplicationGroupId)];
      return { ReplicationGroups: wanted.map(describeGroup) };
    }),
    CreateReplicationGroup: define(creation, (input) => {
      const { authToken, settings } = requestOf(groups, input);
      const request = { settings, authToken, snapshot: input.SnapshotName };
      const { group, ready } = groups.begin(input.ReplicationGroupId, request);
      // What went wrong is in its status.
      ready.catch(() => undefined);
      return { ReplicationGroup: describeGroup(group) };
    }),
    DeleteReplicationGroup: define(deletion, ({ ReplicationGroupId, FinalSnapshotIdentifier }) => {
      if (FinalSnapshotIdentifier !== undefined) throw notEmulated("DeleteReplicationGroup with a final snapshot");
      const group = groups.get(ReplicationGroupId);
      if (group.status === "creating" || group.status === "deleting") groups.available(ReplicationGroupId);
      void groups.delete(ReplicationGroupId);
      return { ReplicationGroup: describeGroup(group) };
    }),
    DescribeCacheClusters: define(v.object({ CacheClusterId: v.optional(v.string()) }), ({ CacheClusterId }) => {
      const clusters = groups.all().flatMap((group) => memberClusters(group).map((id) => ({ id, group })));
      const wanted = clusters.filter(({ id }) => CacheClusterId === undefined || id === CacheClusterId);
      if (CacheClusterId !== undefined && wanted.length === 0)
        throw new AwsError("CacheClusterNotFound", `CacheCluster ${CacheClusterId} not found.`, 404);
      return { CacheClusters: wanted.map(({ id, group }) => describeCluster(id, group)) };
    }),
    ModifyReplicationGroup: define(modification, async (input) => {
      await changeToken(groups, input);
      return { ReplicationGroup: describeGroup(groups.change(input.ReplicationGroupId, changesIn(input))) };
    }),
    IncreaseReplicaCount: define(replicaCount(), (input) => resize(groups, input)),
    DecreaseReplicaCount: define(replicaCount(), (input) => resize(groups, input)),
    ListTagsForResource: define(v.object({ ResourceName: v.string() }), ({ ResourceName }) => {
      const { settings } = groups.get(ResourceName.split(":").at(-1) ?? "");
      return { TagList: Object.entries(settings.tags).map(([Key, Value]) => ({ Key, Value })) };
    }),
  };
}

/** What is not said is as in the snapshot: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-restoring.html */
function requestOf(groups: ReplicationGroups, input: v.InferOutput<typeof creation>) {
  if (input.AutomaticFailoverEnabled && input.NumCacheClusters < 2)
    throw new AwsError("InvalidParameterCombination", "AutomaticFailoverEnabled needs NumCacheClusters of at least 2.");
  if (!input.TransitEncryptionEnabled) {
    if (input.AuthToken !== undefined)
      throw new AwsError("InvalidParameterCombination", "An AuthToken needs TransitEncryptionEnabled.");
    throw notEmulated("A replication group without TransitEncryptionEnabled");
  }
  const saved = input.SnapshotName === undefined ? undefined : groups.snapshots.get(input.SnapshotName).of;
  return {
    authToken: input.AuthToken,
    settings: {
      description: input.ReplicationGroupDescription,
      nodes: input.NumCacheClusters,
      nodeType: input.CacheNodeType ?? saved?.nodeType ?? "cache.t4g.micro",
      engine: input.Engine ?? saved?.engine ?? "redis",
      engineVersion: input.EngineVersion ?? saved?.engineVersion ?? "7.1",
      automaticFailover: input.AutomaticFailoverEnabled,
      multiAz: input.MultiAZEnabled,
      encryptedAtRest: input.AtRestEncryptionEnabled,
      snapshotRetentionDays: input.SnapshotRetentionLimit,
      snapshotWindow: input.SnapshotWindow,
      subnetGroup: input.CacheSubnetGroupName,
      securityGroups: input.SecurityGroupIds,
      tags: Object.fromEntries(input.Tags.map(({ Key, Value }) => [Key, Value])),
    },
  };
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
