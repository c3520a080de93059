import { describe, expect, it } from "vitest";
import type { Standing } from "#fleet";
import { changed, synthesize, withServices, withStage } from "../synth/synth.ts";
import { attribute, reference } from "../synth/template.ts";

const prod = synthesize("prod").stack("Sessions");
const redis = prod.one("AWS::ElastiCache::ReplicationGroup");
const settingsOf = (map?: Parameters<typeof withStage>[1]) =>
  synthesize("prod", map && withStage("prod", map))
    .stack("Sessions")
    .one("AWS::ElastiCache::ReplicationGroup");

describe("Redis", () => {
  it("[RED-1] is engine 7.1 on cache.t4g.micro, encrypted at rest and in transit", () => {
    expect(redis.Properties).toMatchObject({
      ReplicationGroupId: "prod-mcp-redis",
      Engine: "redis",
      EngineVersion: "7.1",
      CacheNodeType: "cache.t4g.micro",
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: "required",
    });
  });

  it("[RED-2] lets in the tasks, on its port, and nobody else", () => {
    const group = prod.one("AWS::EC2::SecurityGroup");
    expect(group.Properties.SecurityGroupIngress).toEqual([
      expect.objectContaining({
        IpProtocol: "tcp",
        FromPort: 6379,
        ToPort: 6379,
        SourceSecurityGroupId: { "Fn::ImportValue": expect.stringContaining("SecurityGroupsTasks") },
      }),
    ]);
    expect(redis.Properties.SecurityGroupIds).toEqual([attribute(group, "GroupId")]);
    const subnets = prod.one("AWS::ElastiCache::SubnetGroup");
    expect(JSON.stringify(subnets.Properties.SubnetIds)).not.toContain("PublicSubnet");
    expect(redis.Properties.CacheSubnetGroupName).toEqual(reference(subnets));
  });

  it("[AWS-11] begins with the snapshot of the map, and keeps the one that it was made from", () => {
    const map = withStage("prod", { adopt: { redisSnapshot: "before-the-move" } });
    const snapshotOf = (of: typeof map | undefined, standing: Partial<Standing> = {}) =>
      synthesize("prod", of, standing).stack("Sessions").one("AWS::ElastiCache::ReplicationGroup").Properties
        .SnapshotName;
    expect(snapshotOf(map)).toBe("before-the-move");
    const made = { redisNodes: 2, redisSnapshot: "before-the-move" };
    expect(snapshotOf(map, made)).toBe("before-the-move");
    expect(snapshotOf(undefined, made)).toBe("before-the-move");
    expect(snapshotOf(undefined)).toBeUndefined();
  });

  it("[RED-4] [FIX-4] has two nodes with failover over two zones in prod", () => {
    expect(redis.Properties).toMatchObject({
      NumCacheClusters: 2,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
    });
  });

  it("[RED-4] takes nodes and node type from the stage; one node has nothing to fail over to", () => {
    expect(settingsOf({ redis: { nodes: 3, nodeType: "cache.t4g.small" } }).Properties).toMatchObject({
      NumCacheClusters: 3,
      CacheNodeType: "cache.t4g.small",
      AutomaticFailoverEnabled: true,
    });
    expect(settingsOf({ redis: { nodes: 1 } }).Properties).toMatchObject({
      NumCacheClusters: 1,
      AutomaticFailoverEnabled: false,
      MultiAZEnabled: false,
    });
  });

  it("[RED-5] leaves a snapshot when it is deleted, and keeps daily ones for a week", () => {
    expect(redis).toMatchObject({ DeletionPolicy: "Snapshot", UpdateReplacePolicy: "Snapshot" });
    expect(redis.Properties.SnapshotRetentionLimit).toBe(7);
    expect(settingsOf({ redis: { snapshotRetentionDays: 21 } }).Properties.SnapshotRetentionLimit).toBe(21);
    expect(settingsOf({ deletionProtection: false }).DeletionPolicy).toBe("Snapshot");
  });

  it("[RED-5] goes without a trace with a disposable stage", () => {
    const local = synthesize("local").stack("Sessions").one("AWS::ElastiCache::ReplicationGroup");
    expect(local).toMatchObject({ DeletionPolicy: "Delete", UpdateReplacePolicy: "Delete" });
    expect(local.Properties).toMatchObject({ NumCacheClusters: 1, SnapshotRetentionLimit: 0 });
  });

  it("[RED-3] exists only if a service has sessions", () => {
    const map = withServices({ google_workspace: changed("google_workspace", { sessions: false }) });
    const types = synthesize("prod", map)
      .stack("Sessions")
      .resources.map(({ Type }) => Type);
    expect(types).toEqual(["AWS::CloudFormation::WaitConditionHandle"]);
  });
});
