import { hidden, isCredential } from "../credential.ts";
import type { FleetDefinition, ServiceDefinition } from "../definition.ts";
import type { Entry } from "../entry.ts";
import { didYouMean } from "../nearest.ts";
import type { Problem } from "../problem.ts";
import { auditEnvironment, secretsOf } from "../service-plan.ts";
import { sessionVariables } from "../session-environment.ts";
import { idleVariable } from "../timing.ts";
import { duplicates } from "./duplicate.ts";

/**
 * Set by ECS in every task, or taken by SDKs in place of the task's role.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
const ofAws =
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

function checkSources(fleet: FleetDefinition, [key, service]: Entry): readonly Problem[] {
  const sources = [
    ...Object.keys(service.environment ?? {}).map((name) => ({ name, from: "environment" })),
    ...secretsOf(fleet, service).map(({ secret, key: name }) => ({ name, from: `the secret ${secret}` })),
    ...Object.keys(auditEnvironment(fleet, service)).map((name) => ({ name, from: "audit" })),
    { name: idleVariable, from: "network.idleTimeoutSeconds of the stage" },
    ...(service.sessions === true ? sessionVariables : []).map((name) => ({ name, from: "sessions" })),
  ];
  return duplicates(sources, ({ name }) => name).map(({ first, entry: { name, from } }) => ({
    field: first.from === "environment" ? `services.${key}.environment.${name}` : `services.${key}`,
    value: name,
    allowed: `a variable from one place; ${name} comes from ${first.from} and from ${from}`,
    remedy:
      first.from === from
        ? "Name the secret once."
        : `Keep one of the two: ECS rejects a container that names a variable twice.`,
  }));
}
