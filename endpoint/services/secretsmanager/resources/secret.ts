import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { Properties, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { invalidRequest } from "../errors.ts";
import { passwordRules, randomPassword } from "../password.ts";
import type { Secret } from "../secret.ts";
import { CURRENT, type SecretValue } from "../versions.ts";

const generator = v.object({
  SecretStringTemplate: v.optional(v.string()),
  GenerateStringKey: v.optional(v.string()),
  ...passwordRules.entries,
});
const properties = v.object({
  Name: v.optional(v.string()),
  Description: v.optional(v.string()),
  KmsKeyId: v.optional(v.string()),
  SecretString: v.optional(v.string()),
  GenerateSecretString: v.optional(generator),
  Tags: v.optional(tagList),
});
type SecretProperties = v.InferOutput<typeof properties>;

/**
 * A value is written when the secret is made and when the properties that describe it change, and never otherwise:
 * what a rotation or an operator has put there stays.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
 */
export function secretResource({ secrets, values, rotations }: SecretsManagerEngine): ResourceProvider {
  const state = (secret: Secret): ResourceState => ({ physicalId: secret.arn, attributes: { Id: secret.arn } });
  const write = (secret: Secret, value: SecretValue) => {
    if (value.kind !== "none") values.put(secret, { id: randomUUID(), value, stages: [CURRENT] });
  };
  return {
    replaceOn: ["Name"],
    async create(given, context) {
      const parsed = parseProperties(properties, given, context);
      const value = initialValue(parsed);
      const name = parsed.Name ?? physicalName(context, 255);
      const secret = secrets.create(name, { description: parsed.Description, kmsKeyId: parsed.KmsKeyId });
      secret.tags = tagMap(tagsOf(parsed.Tags, context));
      write(secret, value);
      return state(secret);
    },
    async update(current, given, previous, context) {
      const parsed = parseProperties(properties, given, context);
      const secret = secrets.active(current.physicalId);
      secret.description = parsed.Description;
      secret.kmsKeyId = parsed.KmsKeyId;
      secret.tags = tagMap(tagsOf(parsed.Tags, context));
      if (valueChanged(given, previous)) write(secret, initialValue(parsed));
      return state(secret);
    },
    async delete(current) {
      // By force, without a window: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1999
      rotations.stop(secrets.force(current.physicalId));
    },
  };
}

function tagMap(tags: Readonly<Record<string, string>>): Secret["tags"] {
  const entries = Object.entries(tags);
  return entries.length === 0 ? undefined : new Map(entries);
}

function initialValue({ SecretString, GenerateSecretString }: SecretProperties): SecretValue {
  if (SecretString !== undefined && GenerateSecretString !== undefined) {
    throw invalidRequest("You can't specify both SecretString and GenerateSecretString.");
  }
  if (SecretString !== undefined) return { kind: "text", text: SecretString };
  if (GenerateSecretString === undefined) return { kind: "none" };
  const { SecretStringTemplate, GenerateStringKey, ...rules } = GenerateSecretString;
  const password = randomPassword(rules);
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return { kind: "text", text: password };
  const template = v.parse(v.record(v.string(), v.unknown()), JSON.parse(SecretStringTemplate));
  return { kind: "text", text: JSON.stringify({ ...template, [GenerateStringKey]: password }) };
}

function valueChanged(given: Properties, previous: Properties): boolean {
  return ["SecretString", "GenerateSecretString"].some(
    (name) => JSON.stringify(given[name]) !== JSON.stringify(previous[name]),
  );
}
