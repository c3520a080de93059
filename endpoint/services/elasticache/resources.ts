import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { flag, numeric, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type {
  Properties,
  ResourceContext,
  ResourceProvider,
  ResourceState,
  Resources,
} from "#endpoint/core/service.ts";
import type { ElastiCacheEngine } from "./engine.ts";
import type { ReplicationGroup, ReplicationGroupSettings } from "./model.ts";
import type { ReplicationGroups } from "./replication-groups.ts";

const groupProperties = v.object({
  ReplicationGroupId: v.optional(v.string()),
  ReplicationGroupDescription: v.string(),
  NumCacheClusters: v.optional(numeric, 1),
  CacheNodeType: v.optional(v.string(), "cache.t4g.micro"),
  Engine: v.optional(v.picklist(["redis", "valkey"]), "redis"),
  EngineVersion: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(String)), "7.1"),
  AutomaticFailoverEnabled: v.optional(flag, false),
  MultiAZEnabled: v.optional(flag, false),
  TransitEncryptionEnabled: v.optional(flag, false),
  AtRestEncryptionEnabled: v.optional(flag, false),
  SnapshotRetentionLimit: v.optional(numeric, 0),
  SnapshotWindow: v.optional(v.string(), ""),
  AuthToken: v.optional(v.string()),
  SnapshotName: v.optional(v.string()),
  CacheSubnetGroupName: v.optional(v.string()),
  SecurityGroupIds: v.optional(v.array(v.string()), []),
  Tags: v.optional(tagList),
});

export function resourcesOf({ groups }: ElastiCacheEngine): Resources {
  return {
    "AWS::ElastiCache::ReplicationGroup": replicationGroupResource(groups),
    "AWS::ElastiCache::SubnetGroup": record("CacheSubnetGroupName", 255),
    "AWS::ElastiCache::ParameterGroup": record("CacheParameterGroupName", 255),
    "AWS::ElastiCache::User": record("UserId", 40),
    "AWS::ElastiCache::UserGroup": record("UserGroupId", 40),
  };
}

/** `AWS::ElastiCache::ReplicationGroup`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticache-replicationgroup.html */
function replicationGroupResource(groups: ReplicationGroups): ResourceProvider {
  return {
    replaceOn: [
      "ReplicationGroupId",
      "AtRestEncryptionEnabled",
      "TransitEncryptionEnabled",
      "CacheSubnetGroupName",
      "KmsKeyId",
      "Port",
      "SnapshotArns",
      "SnapshotName",
    ],
    async create(properties, context) {
      const wanted = parse(properties, context);
      // 40 characters, lower case: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
      const id = (wanted.ReplicationGroupId ?? physicalName(context, 40, "lower")).toLowerCase();
      const request = { settings: settingsOf(wanted, context), authToken: wanted.AuthToken };
      return stateOf(await groups.create(id, { ...request, snapshot: wanted.SnapshotName }));
    },
    async update(current, properties, previous, context) {
      const wanted = parse(properties, context);
      const token = wanted.AuthToken;
      // CloudFormation leaves the strategy to its default, ROTATE.
      if (token !== undefined && token !== parse(previous, context).AuthToken)
        await groups.changeToken(current.physicalId, "ROTATE", token);
      // CloudFormation changes the settings before it adds nodes.
      if (wanted.AutomaticFailoverEnabled && groups.get(current.physicalId).settings.nodes < 2)
        throw new AwsError(
          "InvalidReplicationGroupState",
          "Replication group must have at least one read replica to enable autofailover.",
        );
      return stateOf(groups.change(current.physicalId, settingsOf(wanted, context)));
    },
    async delete(current) {
      await groups.delete(current.physicalId);
    },
  };
}

type GroupProperties = v.InferOutput<typeof groupProperties>;

function parse(properties: Properties, context: ResourceContext): GroupProperties {
  const parsed = parseProperties(groupProperties, properties, context);
  if (!parsed.TransitEncryptionEnabled) throw notEmulated("A replication group without TransitEncryptionEnabled");
  if (parsed.AutomaticFailoverEnabled && parsed.NumCacheClusters < 2)
    throw new AwsError(
      "InvalidParameterValue",
      `${context.logicalId}: AutomaticFailoverEnabled needs NumCacheClusters of at least 2, it is ${parsed.NumCacheClusters}.`,
    );
  return parsed;
}

function settingsOf(wanted: GroupProperties, context: ResourceContext): ReplicationGroupSettings {
  return {
    description: wanted.ReplicationGroupDescription,
    nodes: wanted.NumCacheClusters,
    nodeType: wanted.CacheNodeType,
    engine: wanted.Engine,
    engineVersion: wanted.EngineVersion,
    automaticFailover: wanted.AutomaticFailoverEnabled,
    multiAz: wanted.MultiAZEnabled,
    encryptedAtRest: wanted.AtRestEncryptionEnabled,
    snapshotRetentionDays: wanted.SnapshotRetentionLimit,
    snapshotWindow: wanted.SnapshotWindow,
    subnetGroup: wanted.CacheSubnetGroupName,
    securityGroups: wanted.SecurityGroupIds,
    tags: tagsOf(wanted.Tags, context),
  };
}

function stateOf(group: ReplicationGroup): ResourceState {
  const { address } = group;
  const port = String(group.port);
  const addresses = Array.from({ length: group.settings.nodes }, () => address);
  const portList = addresses.map(() => port);
  return {
    physicalId: group.id,
    attributes: {
      "PrimaryEndPoint.Address": address,
      "PrimaryEndPoint.Port": port,
      "ReaderEndPoint.Address": address,
      "ReaderEndPoint.Port": port,
      "ReadEndPoint.Addresses": `[${addresses.join(", ")}]`,
      "ReadEndPoint.Ports": `[${portList.join(", ")}]`,
      "ReadEndPoint.Addresses.List": addresses,
      "ReadEndPoint.Ports.List": portList,
    },
  };
}

/** A type with nothing to run here; `nameProperty` holds the name that `Ref` yields. */
function record(nameProperty: string, maxLength: number): ResourceProvider {
  return {
    replaceOn: [nameProperty],
    inert: true,
    async create(properties, context) {
      const given = properties[nameProperty];
      const name = typeof given === "string" ? given : physicalName(context, maxLength, "lower");
      return { physicalId: name, attributes: { [nameProperty]: name, Status: "active" } };
    },
    async update(current) {
      return current;
    },
    async delete() {},
  };
}
