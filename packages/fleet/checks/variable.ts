import { isStdio, sidecarVariables } from "../container-plan.ts";
import { hidden, isCredential } from "../credential.ts";
import type { FleetDefinition, ServiceDefinition } from "../definition.ts";
import type { Entry } from "../entry.ts";
import { didYouMean } from "../nearest.ts";
import type { Problem } from "../problem.ts";
import { auditEnvironment, secretsOf, usesOf } from "../service-variables.ts";
import { sessionVariables } from "../session-environment.ts";
import { idleVariable } from "../timing.ts";
import { duplicates } from "./duplicate.ts";

/**
 * Set by ECS in every task, or taken by SDKs in place of the task's role.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export const ofAws =
  /^(?:ECS_|AWS_CONTAINER_|AWS_EXECUTION_ENV$|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE)$)/;

/** A container's variables come from several places: each name once, none of AWS's, and no credential in the map. */
export function checkVariables(fleet: FleetDefinition, [key, service]: Entry): readonly Problem[] {
  const field = `services.${key}.environment`;
  const environment = Object.entries(service.environment ?? {});
  const open = service.publicVariables ?? [];
  const names = environment.map(([name]) => name);
  return [
    ...checkSources(fleet, [key, service]),
    ...checkPort(field, service),
    ...checkRoom(field, environment),
    ...names
      .filter((name) => ofAws.test(name))
      .map((name) => ({
        field: `${field}.${name}`,
        value: hidden(service.environment?.[name] ?? ""),
        allowed: "names that AWS does not use: ECS sets them, or an SDK uses them instead of the task's role",
        remedy: "Remove it: the entry's permissions define what the task's role may do.",
      })),
    ...environment
      .filter(([name, value]) => !ofAws.test(name) && !open.includes(name) && isCredential(name, value))
      .map(([name, value]) => ({
        field: `${field}.${name}`,
        value: hidden(value),
        allowed: "only values that anybody may read: they are in git, in the template and in the task definition",
        remedy: `Make ${name} a key of a secret under \`secrets\`, name that secret in services.${key}.secrets, and set the value with ./fleet secrets set; the committed credential has to be reissued. If it is not a credential, list the name in services.${key}.publicVariables.`,
      })),
    ...Object.entries(service.sidecar?.environment ?? {})
      .filter(([name, value]) => ofAws.test(name) || isCredential(name, value))
      .map(([name, value]) => ({
        field: `services.${key}.sidecar.environment.${name}`,
        value: hidden(value),
        allowed: "settings that anybody may read, and none of AWS's own names",
        remedy: `Make ${name} a key of a secret under \`secrets\`, and name that secret in services.${key}.sidecar.secrets.`,
      })),
    ...open
      .filter((name) => !names.includes(name))
      .map((name) => ({
        field: `services.${key}.publicVariables`,
        value: name,
        allowed: `names of environment: ${names.join(", ") || "it has none"}`,
        remedy: `${didYouMean(name, names)}Remove the name, or correct it.`,
      })),
  ];
}

/** On one machine `PORT` is the port assigned to the task; on AWS it is the value given here. */
function checkPort(field: string, { environment, port }: ServiceDefinition): readonly Problem[] {
  const own = environment?.PORT;
  if (own === undefined || own === String(port)) return [];
  const remedy = "Make the two equal: the balancer connects to the entry's port.";
  return [{ field: `${field}.PORT`, value: own, allowed: `"${port}", the port of the entry`, remedy }];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html: 64 KiB a task definition. */
const roomForVariables = 48 * 1024;

function checkRoom(field: string, environment: readonly (readonly [string, string])[]): readonly Problem[] {
  const size = Buffer.byteLength(JSON.stringify(environment));
  if (size <= roomForVariables) return [];
  const allowed = `at most ${roomForVariables} bytes in all: a task definition holds 64 KiB`;
  return [{ field, value: `${size} bytes`, allowed, remedy: "Put long texts into the image, or into S3." }];
}

interface Source {
  readonly name: string;
  readonly from: string;
}

/** A container has each variable from one place. A sidecar over HTTP is a container of its own. */
function checkSources(fleet: FleetDefinition, entry: Entry): readonly Problem[] {
  const [key, { sidecar, ...service }] = entry;
  const own = [
    ...namesOf(service.environment, "environment"),
    ...usesOf(fleet, service.secrets).map(fromSecret),
    ...(sidecar === undefined ? sharedSources(fleet, service) : []),
  ];
  if (sidecar === undefined) return doubled(key, [...own, idleSource]);
  const front = [
    ...namesOf(sidecar.environment, "sidecar.environment"),
    ...usesOf(fleet, sidecar.secrets).map(fromSecret),
    ...sharedSources(fleet, { ...service, secrets: sidecar.secrets ?? [], sessions: sidecar.login !== "none" }),
    ...sidecarVariables(fleet, entry).map((name) => ({ name, from: "the sidecar itself" })),
  ];
  return isStdio(sidecar)
    ? [...doubled(key, [...own, ...front]), ...checkSettings(entry, own, front)]
    : [...doubled(key, [...own, idleSource]), ...doubled(key, front)];
}

/**
 * What a sidecar reads besides what the plan gives it. Where the server is its child, one that asks for a variable of this
 * name would set the sidecar's login or limits by it: another issuer gets the client's secret.
 */
export const sidecarSettings =
  /^(?:HOST|MCP_(?:CALL_SECONDS|CALLS_PER_MINUTE|CHILD\w*|DRAIN_SECONDS|LOGIN|METRICS_NAMESPACE|UPSTREAM\w*)|SESSION_ENCRYPTION_KEY|OAUTH_ALLOWED_ORIGINS|WORKSPACE_(?:EXTERNAL_URL|MCP_ALLOWED_CLIENT_REDIRECT_URIS|MCP_OAUTH_PROXY_\w+)|AUDIT_(?:LOG_ENABLED|SPOOL_DIRECTORY|SPOOL_MAX_BYTES)|SPLUNK_(?:HEC_URL|HEC_TOKEN|INDEX|SOURCE|SOURCETYPE))$/;
const ofLogin = { google: /^GOOGLE_OAUTH_/, openid: /^OPENID_/, none: /^$/ } as const;

function checkSettings(
  [key, { sidecar }]: Entry,
  own: readonly Source[],
  front: readonly Source[],
): readonly Problem[] {
  const isSetting = (name: string) => sidecarSettings.test(name) || ofLogin[sidecar?.login ?? "none"].test(name);
  return own
    .filter(({ name }) => isSetting(name) && !front.some((source) => source.name === name))
    .map(({ name, from }) => ({
      field: from === "environment" ? `services.${key}.environment.${name}` : `services.${key}.secrets`,
      value: name,
      allowed: `names that the sidecar does not read: it runs in the same container, and takes ${name} as its own setting`,
      remedy: `If it is meant for the sidecar, move it to services.${key}.sidecar; the server can have it by ["env", "${name}=…", …] in sidecar.stdio.`,
    }));
}

const idleSource: Source = { name: idleVariable, from: "network.idleTimeoutSeconds of the stage" };

function fromSecret({ secret, key: name }: { readonly secret: string; readonly key: string }): Source {
  return { name, from: `the secret ${secret}` };
}

function namesOf(environment: object = {}, from: string): readonly Source[] {
  return Object.keys(environment).map((name) => ({ name, from }));
}

/** What the audit trail and the sessions bring along. */
function sharedSources(fleet: FleetDefinition, service: ServiceDefinition): readonly Source[] {
  const used = new Set(usesOf(fleet, service.secrets).map((use) => use.key));
  return [
    ...secretsOf(fleet, service)
      .filter((use) => !used.has(use.key))
      .map(fromSecret),
    ...namesOf(auditEnvironment(fleet, service), "audit"),
    ...(service.sessions === true ? sessionVariables : []).map((name) => ({ name, from: "sessions" })),
  ];
}

function doubled(key: string, sources: readonly Source[]): readonly Problem[] {
  return duplicates(sources, ({ name }) => name).map(({ first, entry: { name, from } }) => ({
    field: /environment$/.test(first.from) ? `services.${key}.${first.from}.${name}` : `services.${key}`,
    value: name,
    allowed: `a variable from one place; ${name} comes from ${first.from} and from ${from}`,
    remedy:
      first.from === from
        ? "Name the secret once."
        : `Keep one of the two: ECS rejects a container that names a variable twice.`,
  }));
}
