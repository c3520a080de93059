import { randomUUID } from "node:crypto";
import { companionId } from "./identity.ts";
import { arn, type InertType, named, text } from "./inert-type.ts";
import { networkTypes } from "./network.ts";
import { wafTypes } from "./waf.ts";

/** A policy attached to one thing, known by that thing's name. */
const policyOf = (property: string): InertType => ({
  replaceOn: [property],
  physicalId: (properties, context) => text(properties, property) ?? companionId("policy", context.logicalId),
});

const generated = (replaceOn: readonly string[] = []): InertType => ({ replaceOn, physicalId: () => randomUUID() });

/**
 * Every type kept as a record. A service that runs a type itself comes first: its provider wins over the entry here.
 */
export const inertTypes: Readonly<Record<string, InertType>> = {
  ...networkTypes,
  "AWS::CDK::Metadata": generated(),
  "AWS::CloudFormation::WaitConditionHandle": generated(),
  ...wafTypes,
  "AWS::ECR::Repository": named(
    "RepositoryName",
    { maxLength: 256, replaceOn: ["EncryptionConfiguration"] },
    (name, _, context) => ({
      Arn: arn("ecr", `repository/${name}`, context),
      RepositoryUri: `${context.account}.dkr.ecr.${context.region}.amazonaws.com/${name}`,
    }),
  ),
  "AWS::SecretsManager::ResourcePolicy": policyOf("SecretId"),
  "AWS::Lambda::LayerVersion": {
    replaceOn: ["CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LayerName", "LicenseInfo"],
    physicalId: (properties, context) =>
      arn("lambda", `layer:${text(properties, "LayerName") ?? context.logicalId}:1`, context),
    attributes: (id) => ({ LayerVersionArn: id }),
  },
  "AWS::ElastiCache::SubnetGroup": named("CacheSubnetGroupName", { maxLength: 255 }),
  "AWS::ElastiCache::ParameterGroup": named(
    "CacheParameterGroupName",
    { maxLength: 255, replaceOn: ["CacheParameterGroupFamily"] },
    (name) => ({
      CacheParameterGroupName: name,
    }),
  ),
  "AWS::ServiceDiscovery::PrivateDnsNamespace": {
    replaceOn: ["Name", "Vpc"],
    physicalId: (_, context) => companionId("ns", context.stackId + context.logicalId),
    attributes: (id, _, context) => ({
      Id: id,
      Arn: arn("servicediscovery", `namespace/${id}`, context),
      HostedZoneId: "",
    }),
  },
};
