import { isStdio } from "../container-plan.ts";
import type { FleetDefinition, HttpSidecarDefinition, ServiceDefinition, SidecarDefinition } from "../definition.ts";
import type { Entry } from "../entry.ts";
import type { Problem } from "../problem.ts";
import { usesOf } from "../service-variables.ts";

/** What an entry with a sidecar has to give it, and what it may not have besides. */
export function checkSidecar(fleet: FleetDefinition, [key, service]: Entry): readonly Problem[] {
  const { sidecar } = service;
  if (sidecar === undefined) return [];
  const field = `services.${key}`;
  return [
    ...checkLogin(fleet, field, sidecar),
    ...checkSessions(field, service),
    ...(isStdio(sidecar)
      ? checkStdio(field, service)
      : [...checkImage(fleet, field), ...checkBearer(fleet, field, sidecar)]),
  ];
}

const needed = {
  google: ["GOOGLE_OAUTH_CLIENT_ID", "GOOGLE_OAUTH_CLIENT_SECRET", "SESSION_ENCRYPTION_KEY"],
  openid: ["OPENID_CLIENT_ID", "OPENID_CLIENT_SECRET", "OPENID_ISSUER", "SESSION_ENCRYPTION_KEY"],
  none: [],
} as const;

function checkLogin(fleet: FleetDefinition, field: string, sidecar: SidecarDefinition): readonly Problem[] {
  const given = [...usesOf(fleet, sidecar.secrets).map((use) => use.key), ...Object.keys(sidecar.environment ?? {})];
  const missing = needed[sidecar.login].filter((name) => !given.includes(name));
  if (missing.length === 0) return [];
  return [
    {
      field: `${field}.sidecar.login`,
      value: sidecar.login,
      allowed: `a login whose sidecar gets ${missing.join(" and ")}`,
      remedy: `Name the secrets that have ${missing.length > 1 ? "them" : "it"} in ${field}.sidecar.secrets, such as google-oauth and session-keys.`,
    },
  ];
}

/** The login's sessions are the sidecar's; what the server behind keeps is its own. */
function checkSessions(field: string, { sessions }: ServiceDefinition): readonly Problem[] {
  if (sessions !== true) return [];
  return [
    {
      field: `${field}.sessions`,
      value: sessions,
      allowed: 'false or "none" behind a sidecar, which keeps the login\'s sessions in Redis by itself',
      remedy: "Remove it: it says where the server's own MCP sessions are, and the server gets no Redis.",
    },
  ];
}

function checkBearer(
  fleet: FleetDefinition,
  field: string,
  { bearer, secrets }: HttpSidecarDefinition,
): readonly Problem[] {
  const keys = usesOf(fleet, secrets).map(({ key }) => key);
  if (bearer === undefined || keys.includes(bearer)) return [];
  return [
    {
      field: `${field}.sidecar.bearer`,
      value: bearer,
      allowed: `a key of ${field}.sidecar.secrets: ${keys.join(", ") || "it has none"}`,
      remedy: `Name the secret in both: { secret: "…", keys: ["${bearer}"] } in ${field}.sidecar.secrets, and in ${field}.secrets for the server.`,
    },
  ];
}

const notWithStdio = ["entryPoint", "command", "healthPath", "healthCodes"] as const;

function checkStdio(field: string, service: ServiceDefinition): readonly Problem[] {
  return notWithStdio
    .filter((name) => service[name] !== undefined)
    .map((name) => ({
      field: `${field}.${name}`,
      value: service[name],
      allowed: "nothing beside sidecar.stdio: the image starts the sidecar, which starts the server and answers for it",
      remedy: "Put program and arguments into sidecar.stdio; for a server that speaks HTTP, remove sidecar.stdio.",
    }));
}

function checkImage({ sidecar }: FleetDefinition, field: string): readonly Problem[] {
  if (sidecar !== undefined) return [];
  return [
    {
      field: `${field}.sidecar`,
      value: "a server that speaks HTTP",
      allowed: "a sidecar in a map whose `sidecar` names its image",
      remedy: 'Build packages/sidecar/Dockerfile, and add `sidecar: { image: "…" }` to the map.',
    },
  ];
}
