import { defaultOAuthPriority } from "../defaults.ts";
import { alarmNames, type FleetDefinition, type ServiceDefinition } from "../definition.ts";
import { fargateCpus, fargateMemory } from "../fargate.ts";
import { names, targetGroupNameLimit } from "../names.ts";
import type { Problem } from "../problem.ts";
import { runsIn } from "./stage.ts";

export type Entry = readonly [key: string, service: ServiceDefinition];

/** What one entry must get right by itself and against the secrets and stages it names. */
export function checkService(fleet: FleetDefinition, entry: Entry): readonly Problem[] {
  return [
    ...checkSize(entry),
    ...checkNames(fleet, entry),
    ...checkSecrets(fleet, entry),
    ...checkAlarms(fleet, entry),
    ...checkStages(fleet, entry),
    ...checkOptOut(fleet, entry),
    ...checkPermissions(entry),
  ];
}

function checkSize([key, { cpu, memory }]: Entry): readonly Problem[] {
  const allowed = fargateMemory(cpu);
  if (allowed.length === 0) {
    return [
      {
        field: `services.${key}.cpu`,
        value: cpu,
        allowed: fargateCpus.join(", "),
        remedy: "Use a CPU size that Fargate sells.",
      },
    ];
  }
  if (allowed.includes(memory)) return [];
  const ends = `${allowed.slice(0, 4).join(", ")}${allowed.length > 4 ? `, … ${allowed.at(-1)}` : ""}`;
  return [
    {
      field: `services.${key}.memory`,
      value: memory,
      allowed: `with cpu ${cpu}: ${ends}`,
      remedy: "Use a pair that Fargate sells: change memory or cpu.",
    },
  ];
}

function checkNames(fleet: FleetDefinition, [key, service]: Entry): readonly Problem[] {
  const stages = Object.keys(fleet.stages).filter((stage) => runsIn(service, stage));
  return stages
    .filter((stage) => names.targetGroup(stage, key).length > targetGroupNameLimit)
    .map((stage) => ({
      field: `services.${key}`,
      value: names.targetGroup(stage, key),
      allowed: `a target group name of at most ${targetGroupNameLimit} characters; in stage ${stage} a key of at most ${targetGroupNameLimit - names.targetGroup(stage, "").length}`,
      remedy: "Shorten the key; the host may stay.",
    }));
}

function checkSecrets(fleet: FleetDefinition, [key, service]: Entry): readonly Problem[] {
  return (service.secrets ?? []).flatMap((use, index) => {
    const field = `services.${key}.secrets.${index}`;
    const name = typeof use === "string" ? use : use.secret;
    const secret = fleet.secrets[name];
    if (secret === undefined) {
      const allowed = Object.keys(fleet.secrets).join(", ") || "(no secret is declared)";
      return [{ field, value: name, allowed, remedy: "Declare the secret under `secrets`, or correct its name." }];
    }
    const wanted = typeof use === "string" ? [] : use.keys;
    return wanted
      .filter((wantedKey) => !(wantedKey in secret.keys))
      .map((wantedKey) => ({
        field: `${field}.keys`,
        value: wantedKey,
        allowed: Object.keys(secret.keys).join(", "),
        remedy: `Add the key under secrets.${name}.keys, or correct its name.`,
      }));
  });
}

function checkAlarms(fleet: FleetDefinition, [key, service]: Entry): readonly Problem[] {
  return alarmNames
    .filter((name) => fleet.alarms[name] === undefined && service.alarms?.[name] === undefined)
    .map((name) => ({
      field: `services.${key}.alarms.${name}`,
      value: undefined,
      allowed: "{ threshold: number } or { declined: reason }",
      remedy: `Set or decline it in the entry, or for all services under alarms.${name}.`,
    }));
}

function checkStages(fleet: FleetDefinition, [key, service]: Entry): readonly Problem[] {
  if (service.stages === undefined) return [];
  const named = "only" in service.stages ? service.stages.only : service.stages.except;
  return named
    .filter((stage) => !(stage in fleet.stages))
    .map((stage) => ({
      field: `services.${key}.stages`,
      value: stage,
      allowed: Object.keys(fleet.stages).join(", "),
      remedy: "Declare the stage under `stages`, or correct its name.",
    }));
}

function checkOptOut(fleet: FleetDefinition, [key, { oauth }]: Entry): readonly Problem[] {
  if (typeof oauth !== "object") return [];
  const shared = fleet.oauth.priority ?? defaultOAuthPriority;
  if (Number.isInteger(oauth.rulePriority) && oauth.rulePriority >= 1 && oauth.rulePriority < shared) return [];
  return [
    {
      field: `services.${key}.oauth.rulePriority`,
      value: oauth.rulePriority,
      allowed: `a whole number from 1 to ${shared - 1}, before the shared OAuth rule at ${shared}`,
      remedy: "Choose a free priority; raise oauth.priority when all are taken.",
    },
  ];
}

function checkPermissions([key, service]: Entry): readonly Problem[] {
  return (service.permissions ?? []).flatMap((permission, index) =>
    permission.actions
      .filter((action) => !/^[a-z0-9-]+:[A-Za-z]+\*?$/.test(action))
      .map((action) => ({
        field: `services.${key}.permissions.${index}.actions`,
        value: action,
        allowed: "IAM actions such as s3:GetObject; never a bare * or service:*",
        remedy: "List the actions the service calls.",
      })),
  );
}
