import type { FleetDefinition, RotationDefinition, SecretDefinition } from "../definition.ts";
import type { Problem } from "../problem.ts";

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
      return ["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"];
    case "google-oauth":
      return ["GOOGLE_OAUTH_CLIENT_ID", "GOOGLE_OAUTH_CLIENT_SECRET"];
    case "redis-auth":
      return [rotation.key];
    case "random":
      return Object.keys(rotation.keys);
  }
}

function checkAdmin(fleet: FleetDefinition, name: string, admin: string): readonly Problem[] {
  const secret = fleet.secrets[admin];
  if (secret !== undefined && admin !== name) {
    return missingKeys(`secrets.${admin}`, secret, adminKeys, `secrets.${name}.rotation.admin names this secret`);
  }
  return [
    {
      field: `secrets.${name}.rotation.admin`,
      value: admin,
      allowed: `another secret of the map, with the keys ${adminKeys.join(" and ")}`,
      remedy: "Declare a secret for the administrator's credentials, which no service uses.",
    },
  ];
}

function missingKeys(
  field: string,
  { keys }: SecretDefinition,
  wanted: readonly string[],
  because: string,
): readonly Problem[] {
  return wanted
    .filter((key) => !(key in keys))
    .map((key) => ({
      field: `${field}.keys.${key}`,
      value: undefined,
      allowed: `the keys ${wanted.join(", ")}: ${because}`,
      remedy: `Add ${key} under ${field}.keys, or decline the rotation.`,
    }));
}
