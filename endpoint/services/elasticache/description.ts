import { memberClusters, type ReplicationGroup } from "./model.ts";
import type { Snapshot } from "./snapshots.ts";

/** ElastiCache names the elements of its lists: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html */
export function listElement(path: string): string {
  const list = path.slice(path.lastIndexOf(".") + 1);
  if (list === "MemberClusters") return "ClusterId";
  if (list === "TagList") return "Tag";
  if (list === "SecurityGroups") return "member";
  return list === "UserGroupIds" ? "member" : list.replace(/s$/, "");
}

export function describeGroup(group: ReplicationGroup) {
  const { id, address, port, settings, tokens } = group;
  const clusters = memberClusters(group);
  return {
    ReplicationGroupId: id,
    Description: settings.description,
    Status: group.status,
    PendingModifiedValues: {},
    MemberClusters: clusters,
    // It has an address once it is there.
    ...(group.status !== "creating" && { NodeGroups: [nodeGroupOf(clusters, { Address: address, Port: port })] }),
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

function nodeGroupOf(clusters: readonly string[], endpoint: { readonly Address: string; readonly Port: number }) {
  return {
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
  };
}

/** One of its nodes. https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CacheCluster.html */
export function describeCluster(CacheClusterId: string, { id, status, settings }: ReplicationGroup) {
  return {
    CacheClusterId,
    ReplicationGroupId: id,
    CacheClusterStatus: status,
    CacheNodeType: settings.nodeType,
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    NumCacheNodes: 1,
    CacheSubnetGroupName: settings.subnetGroup,
    SecurityGroups: settings.securityGroups.map((SecurityGroupId) => ({ SecurityGroupId, Status: "active" })),
    TransitEncryptionEnabled: true,
    AtRestEncryptionEnabled: settings.encryptedAtRest,
  };
}

export function describeSnapshot(snapshot: Snapshot) {
  return {
    SnapshotName: snapshot.name,
    ReplicationGroupId: snapshot.groupId,
    ReplicationGroupDescription: snapshot.of.description,
    SnapshotSource: "manual",
    SnapshotStatus: snapshot.status,
    CacheNodeType: snapshot.of.nodeType,
    Engine: snapshot.of.engine,
    EngineVersion: snapshot.of.engineVersion,
    ARN: snapshot.arn,
    NodeSnapshots: [{ CacheNodeId: "0001", SnapshotCreateTime: new Date(snapshot.createdAt) }],
  };
}
