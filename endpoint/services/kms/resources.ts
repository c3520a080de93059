import * as v from "valibot";
import { flag, jsonDocument, numeric, parseProperties } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, Resources } from "#endpoint/core/service.ts";
import type { KmsEngine } from "./engine.ts";
import type { Key, Keys } from "./keys.ts";

const keyProperties = v.object({
  Description: v.optional(v.string(), ""),
  Enabled: v.optional(flag, true),
  EnableKeyRotation: v.optional(flag, false),
  KeyPolicy: v.optional(jsonDocument),
  KeySpec: v.optional(v.string(), "SYMMETRIC_DEFAULT"),
  KeyUsage: v.optional(
    v.picklist(["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"]),
    "ENCRYPT_DECRYPT",
  ),
  PendingWindowInDays: v.optional(v.pipe(numeric, v.minValue(7), v.maxValue(30)), 30),
});

export function resourcesOf({ keys }: KmsEngine): Resources {
  return { "AWS::KMS::Key": keyResource(keys), "AWS::KMS::Alias": aliasResource(keys) };
}

/** `AWS::KMS::Key`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html */
function keyResource(keys: Keys): ResourceProvider {
  const parse = (properties: Properties, context: ResourceContext) => {
    const { Description, Enabled, KeyPolicy, ...rest } = parseProperties(keyProperties, properties, context);
    return { settings: { description: Description, enabled: Enabled, policy: KeyPolicy }, ...rest };
  };
  const state = ({ id, arn }: Key) => ({ physicalId: id, attributes: { Arn: arn, KeyId: id } });
  return {
    inert: true,
    replaceOn: ["KeySpec", "KeyUsage", "MultiRegion", "Origin"],
    async create(properties, context) {
      const { settings, KeySpec, KeyUsage } = parse(properties, context);
      return state(keys.create({ ...settings, usage: KeyUsage, spec: KeySpec }));
    },
    async update({ physicalId }, properties, _previous, context) {
      const key = keys.get(physicalId);
      keys.change(key, parse(properties, context).settings);
      return state(key);
    },
    async delete({ physicalId }, properties, context) {
      keys.delete(physicalId, parse(properties, context).PendingWindowInDays);
    },
  };
}

const aliasProperties = v.object({
  AliasName: v.pipe(
    v.string(),
    v.regex(/^alias\/(?!aws\/)[\w/-]{1,250}$/, "must begin with alias/, and not with alias/aws/"),
  ),
  TargetKeyId: v.string(),
});

function aliasResource(keys: Keys): ResourceProvider {
  const put = (properties: Properties, context: ResourceContext) => {
    const { AliasName, TargetKeyId } = parseProperties(aliasProperties, properties, context);
    keys.name(AliasName, keys.get(TargetKeyId));
    return { physicalId: AliasName, attributes: {} };
  };
  return {
    inert: true,
    replaceOn: ["AliasName"],
    create: async (properties, context) => put(properties, context),
    update: async (_current, properties, _previous, context) => put(properties, context),
    async delete({ physicalId }) {
      keys.unname(physicalId);
    },
  };
}
