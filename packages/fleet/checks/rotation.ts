import type { FleetDefinition, RotationDefinition, SecretDefinition } from "../definition.ts";
import { didYouMean } from "../nearest.ts";
import type { Problem } from "../problem.ts";
import { auditKeys } from "../service-variables.ts";

const adminKeys = ["SPLUNK_ADMIN_URL", "SPLUNK_ADMIN_TOKEN"];

/** What an issuer needs of the secrets: the keys it works on, and its administrator's credentials. */
export function checkRotation(fleet: FleetDefinition, name: string, secret: SecretDefinition): readonly Problem[] {
  const { rotation } = secret;
  if (rotation === undefined || "declined" in rotation) return [];
  return [
    ...missingKeys(`secrets.${name}`, secret, keysOf(rotation), `the issuer ${rotation.issuer} works on them`),
    ...(rotation.issuer === "splunk-hec" ? checkAdmin(fleet, name, rotation.admin) : []),
  ];
}

function keysOf(rotation: Exclude<RotationDefinition, { readonly declined: string }>): readonly string[] {
  switch (rotation.issuer) {
    case "splunk-hec":
      return auditKeys;
    case "google-oauth":
      return ["GOOGLE_OAUTH_CLIENT_ID", "GOOGLE_OAUTH_CLIENT_SECRET"];
    case "redis-auth":
      return [rotation.key];
    case "random":
      return Object.keys(rotation.keys);
  }
}

function checkAdmin(fleet: FleetDefinition, name: string, admin: string): readonly Problem[] {
  const secret = Object.hasOwn(fleet.secrets, admin) ? fleet.secrets[admin] : undefined;
  if (secret !== undefined && admin !== name) {
    return missingKeys(`secrets.${admin}`, secret, adminKeys, `secrets.${name}.rotation.admin names this secret`);
  }
  return [
    {
      field: `secrets.${name}.rotation.admin`,
      value: admin,
      allowed: `another secret of the map, with the keys ${adminKeys.join(" and ")}`,
      remedy: `${didYouMean(admin, Object.keys(fleet.secrets))}Declare a secret for the administrator's credentials, one that no service uses.`,
    },
  ];
}

export function missingKeys(
  field: string,
  { keys }: SecretDefinition,
  wanted: readonly string[],
  because: string,
): readonly Problem[] {
  return wanted
    .filter((key) => !Object.hasOwn(keys, key))
    .map((key) => ({
      field: `${field}.keys.${key}`,
      value: undefined,
      allowed: `the keys ${wanted.join(", ")}: ${because}`,
      remedy: `Add ${key} under ${field}.keys, or remove what needs it.`,
    }));
}
