import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { flag, jsonDocument, parseProperties } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider } from "#endpoint/core/service.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { inspectPolicy } from "../operations/policy.ts";
import { rotate } from "../operations/rotation.ts";
import { rotationRules } from "../rotation-rules.ts";

const schedule = v.object({
  SecretId: v.string(),
  RotationLambdaARN: v.optional(v.string()),
  HostedRotationLambda: v.optional(v.unknown()),
  RotationRules: v.optional(rotationRules),
  RotateImmediatelyOnUpdate: v.optional(flag, true),
});
const policy = v.object({ SecretId: v.string(), ResourcePolicy: jsonDocument });
const attachment = v.object({ SecretId: v.string(), TargetId: v.string(), TargetType: v.string() });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html */
export function rotationScheduleResource(engine: SecretsManagerEngine): ResourceProvider {
  const put = async (given: Properties, context: ResourceContext) => {
    const parsed = parseProperties(schedule, given, context);
    if (parsed.HostedRotationLambda !== undefined) throw notEmulated("A hosted rotation function");
    const { SecretId, RotationLambdaARN, RotationRules } = parsed;
    const { ARN } = rotate(engine, {
      SecretId,
      ClientRequestToken: randomUUID(),
      RotationLambdaARN,
      RotationRules,
      RotateImmediately: parsed.RotateImmediatelyOnUpdate,
    });
    return { physicalId: ARN, attributes: { Id: ARN } };
  };
  return {
    replaceOn: ["SecretId"],
    create: put,
    update: (_current, given, _previous, context) => put(given, context),
    async delete(_current, given, context) {
      const { SecretId } = parseProperties(schedule, given, context);
      const secret = engine.secrets.list().find((one) => one.arn === SecretId || one.name === SecretId);
      if (secret?.rotation === undefined) return;
      engine.rotations.stop(secret);
      secret.rotation = { ...secret.rotation, enabled: false, nextAt: undefined };
    },
  };
}

export function resourcePolicyResource({ secrets }: SecretsManagerEngine): ResourceProvider {
  const put = async (given: Properties, context: ResourceContext) => {
    const { SecretId, ResourcePolicy } = parseProperties(policy, given, context);
    if (inspectPolicy(ResourcePolicy) === "malformed") {
      throw new AwsError("MalformedPolicyDocumentException", "This resource policy contains invalid Json.");
    }
    const secret = secrets.active(SecretId);
    secret.policy = ResourcePolicy;
    return { physicalId: secret.arn, attributes: { Id: secret.arn } };
  };
  return {
    replaceOn: ["SecretId"],
    create: put,
    update: (_current, given, _previous, context) => put(given, context),
    async delete(current) {
      const secret = secrets.list().find((one) => one.arn === current.physicalId);
      if (secret !== undefined) secret.policy = undefined;
    },
  };
}

/** The databases it would point at do not exist here: a record. */
export function targetAttachmentResource(): ResourceProvider {
  return {
    inert: true,
    replaceOn: [],
    async create(given, context) {
      const { SecretId } = parseProperties(attachment, given, context);
      return { physicalId: SecretId, attributes: { Id: SecretId } };
    },
    update: async (current) => current,
    delete: async () => undefined,
  };
}
