import * as v from "valibot";

const rotation = v.union([
  v.object({
    issuer: v.literal("splunk-hec"),
    platform: v.picklist(["cloud", "enterprise"]),
    admin: v.string(),
    everyDays: v.number(),
  }),
  v.object({ issuer: v.literal("google-oauth"), everyDays: v.number() }),
  v.object({ issuer: v.literal("redis-auth"), key: v.string(), replicationGroup: v.string(), everyDays: v.number() }),
  v.object({
    issuer: v.literal("random"),
    keys: v.record(v.string(), v.object({ length: v.number(), alphabet: v.optional(v.string()) })),
    everyDays: v.number(),
  }),
  v.object({ declined: v.string() }),
]);

const secret = v.object({
  key: v.string(),
  id: v.string(),
  placeholders: v.record(v.string(), v.string()),
  aliases: v.record(v.string(), v.string()),
  rotation,
  unproven: v.optional(v.literal("roll")),
  services: v.array(v.string()),
});

/** The functions' part of the fleet's map, as written by `rotationMapOf` in `packages/fleet`. */
export const RotationMap = v.object({
  stage: v.string(),
  cluster: v.string(),
  auditIndex: v.string(),
  secrets: v.array(secret),
});
export type RotationMap = v.InferOutput<typeof RotationMap>;
export type SecretEntry = RotationMap["secrets"][number];
export type Rotation = Exclude<SecretEntry["rotation"], { readonly declined: string }>;

/** The entry of a secret by its ARN or name. `undefined` for one the map does not know. */
export function entryOf(map: RotationMap, secretId: string): SecretEntry | undefined {
  return map.secrets.find(({ id }) => secretId === id || withoutSuffix(secretId) === id);
}

/** Secrets Manager puts `-` and six characters behind the name in an ARN. */
function withoutSuffix(arn: string): string {
  return arn.replace(/^arn:aws[\w-]*:secretsmanager:[^:]+:\d+:secret:/, "").replace(/-[A-Za-z0-9]{6}$/, "");
}

export function adminIdOf(map: RotationMap, key: string): string {
  const admin = map.secrets.find((entry) => entry.key === key);
  if (admin === undefined) throw new Error(`The map has no secret ${key} for the administrator's credentials.`);
  return admin.id;
}
