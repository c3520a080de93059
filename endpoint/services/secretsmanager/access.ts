import * as v from "valibot";
import type { CallAccess, KeyUse } from "#endpoint/core/service.ts";
import type { SecretsManagerEngine } from "./engine.ts";
import type { Secret } from "./secret.ts";
import type { Secrets } from "./secrets.ts";

const named = v.object({
  SecretId: v.optional(v.string()),
  Name: v.optional(v.string()),
  VersionId: v.optional(v.string()),
  VersionStage: v.optional(v.string()),
  RotationLambdaARN: v.optional(v.string()),
});

export function accessOf(engine: SecretsManagerEngine): CallAccess {
  return {
    resourceOf: (_operation, input) => resourceArn(engine, input),
    conditionKeysOf: (_operation, input) => conditionKeys(engine, input),
    keysUsedBy: (operation, input) => keysUsed(engine, operation, input),
  };
}

function secretOf(secrets: Secrets, secretId: string | undefined): Secret | undefined {
  return secrets
    .list()
    .find(({ name, arn }) => name === secretId || arn === secretId || arn.slice(0, -"-??????".length) === secretId);
}

/** The ARN a policy is tested against; a secret that is not there yet has no suffix to name. */
function resourceArn({ place, secrets }: SecretsManagerEngine, input: unknown): string | undefined {
  const parsed = v.safeParse(named, input);
  const given = parsed.success ? (parsed.output.SecretId ?? parsed.output.Name) : undefined;
  if (given === undefined) return undefined;
  const known = secretOf(secrets, given);
  if (known !== undefined) return known.arn;
  return given.startsWith("arn:")
    ? given
    : `arn:aws:secretsmanager:${place.region}:${place.account}:secret:${given}-??????`;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
function conditionKeys({ secrets }: SecretsManagerEngine, input: unknown): Readonly<Record<string, string>> {
  const parsed = v.safeParse(named, input);
  if (!parsed.success) return {};
  const { SecretId, Name, VersionId, VersionStage, RotationLambdaARN } = parsed.output;
  const secret = secretOf(secrets, SecretId);
  const keys = {
    SecretId: secret?.arn ?? SecretId,
    Name,
    VersionId,
    VersionStage,
    RotationLambdaARN,
    "resource/AllowRotationLambdaArn": secret?.rotation?.lambdaArn,
  };
  return Object.fromEntries([
    ...Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [[`secretsmanager:${key}`, value]])),
    ...[...(secret?.tags ?? [])].flatMap(([key, value]) => [
      [`secretsmanager:ResourceTag/${key}`, value],
      [`aws:ResourceTag/${key}`, value],
    ]),
  ]);
}

const uses: Readonly<Record<string, readonly string[]>> = {
  GetSecretValue: ["kms:Decrypt"],
  PutSecretValue: ["kms:GenerateDataKey", "kms:Decrypt"],
};

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
function keysUsed(
  { place, secrets, keys }: SecretsManagerEngine,
  operation: string,
  input: unknown,
): readonly KeyUse[] {
  const parsed = v.safeParse(named, input);
  const secret = secretOf(secrets, parsed.success ? parsed.output.SecretId : undefined);
  const resource = keys?.arnOf(secret?.kmsKeyId ?? "");
  if (secret === undefined || resource === undefined) return [];
  const conditionKeys = {
    "kms:ViaService": `secretsmanager.${place.region}.amazonaws.com`,
    "kms:EncryptionContext:SecretARN": secret.arn,
  };
  return (uses[operation] ?? []).map((action) => ({ action, resource, conditionKeys }));
}
