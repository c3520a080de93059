import { alarmNames, type FleetDefinition, type ServiceDefinition } from "./definition.ts";
import { fargateCpus, fargateMemory } from "./fargate.ts";
import { names, targetGroupNameLimit } from "./names.ts";
import type { Problem } from "./problem.ts";
import { rulePriority, shardOf } from "./rule.ts";

/** Services a balancer and its stacks hold: about 9 resources each, and CloudFormation stops at 500 a stack. */
export const servicesPerShard = 50;
export const defaultOAuthPriority = 10;

type Entry = readonly [key: string, service: ServiceDefinition];

/** What a schema of single fields cannot see: relations between entries, stages and secrets. */
export function check(fleet: FleetDefinition): readonly Problem[] {
  const entries = Object.entries(fleet.services);
  return [
    ...entries.flatMap((entry) => [
      ...checkSize(entry),
      ...checkNames(fleet, entry),
      ...checkSecrets(fleet, entry),
      ...checkAlarms(fleet, entry),
      ...checkStages(fleet, entry),
      ...checkOptOut(fleet, entry),
      ...checkPermissions(entry),
    ]),
    ...checkHosts(entries),
    ...checkReferences(fleet),
    ...Object.keys(fleet.stages).flatMap((stage) => checkStage(fleet, stage)),
  ];
}

export function runsIn(service: ServiceDefinition, stage: string): boolean {
  if (service.stages === undefined) return true;
  return "only" in service.stages ? service.stages.only.includes(stage) : !service.stages.except.includes(stage);
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

function checkHosts(entries: readonly Entry[]): readonly Problem[] {
  return duplicates(entries, ([, service]) => service.host).map(({ first, entry: [key, service] }) => ({
    field: `services.${key}.host`,
    value: service.host,
    allowed: `a host no other service has; services.${first[0]} has this one`,
    remedy: "Give each service its own host.",
  }));
}

function checkReferences(fleet: FleetDefinition): readonly Problem[] {
  const problems: Problem[] = [];
  if (!(fleet.audit.secret in fleet.secrets)) {
    problems.push({
      field: "audit.secret",
      value: fleet.audit.secret,
      allowed: Object.keys(fleet.secrets).join(", "),
      remedy: "Declare the secret under `secrets`, or correct its name.",
    });
  }
  for (const [name, secret] of Object.entries(fleet.secrets)) {
    for (const [legacy, key] of Object.entries(secret.aliases ?? {})) {
      if (key in secret.keys && !(legacy in secret.keys)) continue;
      problems.push({
        field: `secrets.${name}.aliases.${legacy}`,
        value: key,
        allowed: `an old name that is no key, standing for one of ${Object.keys(secret.keys).join(", ")}`,
        remedy: "Point the old name at the key that replaced it.",
      });
    }
  }
  return problems;
}

function checkStage(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const entries = Object.entries(fleet.services).filter(([, service]) => runsIn(service, stage));
  const shards = fleet.stages[stage]?.shards ?? 1;
  return [...checkOwner(stage, entries), ...checkAdopted(fleet, stage), ...checkShards(stage, shards, entries)];
}

function checkOwner(stage: string, entries: readonly Entry[]): readonly Problem[] {
  const owners = entries.filter(([, service]) => service.oauth === "owner").map(([key]) => key);
  if (owners.length === 1) return [];
  return [
    {
      field: "services.*.oauth",
      value: owners.length === 0 ? undefined : owners,
      allowed: `exactly one service with oauth: "owner" in stage ${stage}`,
      remedy:
        owners.length === 0
          ? 'Mark the service that answers logins with oauth: "owner".'
          : 'Leave oauth: "owner" on one of them.',
    },
  ];
}

function checkAdopted(fleet: FleetDefinition, stage: string): readonly Problem[] {
  return Object.keys(fleet.stages[stage]?.adopt?.secrets ?? {})
    .filter((name) => !(name in fleet.secrets))
    .map((name) => ({
      field: `stages.${stage}.adopt.secrets`,
      value: name,
      allowed: Object.keys(fleet.secrets).join(", "),
      remedy: "Declare the secret under `secrets`, or correct its name.",
    }));
}

function checkShards(stage: string, shards: number, entries: readonly Entry[]): readonly Problem[] {
  const placed = entries.map(([key, service]) => ({ key, service, shard: service.shard ?? shardOf(key, shards) }));
  const problems: Problem[] = placed
    .filter(({ shard }) => shard > shards)
    .map(({ key, shard }) => ({
      field: `services.${key}.shard`,
      value: shard,
      allowed: `1 to ${shards} in stage ${stage}`,
      remedy: `Raise stages.${stage}.shards, or choose a lower shard.`,
    }));
  for (let shard = 1; shard <= shards; shard++) {
    const here = placed.filter((place) => place.shard === shard);
    if (here.length > servicesPerShard) {
      problems.push({
        field: `stages.${stage}.shards`,
        value: shards,
        allowed: `at most ${servicesPerShard} services a balancer; number ${shard} would have ${here.length}`,
        remedy: "Raise shards (services move between balancers once), or pin services with `shard`.",
      });
    }
    for (const { first, entry } of duplicates(here, ({ key, service }) => String(priorityOf(key, service)))) {
      problems.push({
        field: `services.${entry.key}`,
        value: priorityOf(entry.key, entry.service),
        allowed: `a listener rule priority of its own; services.${first.key} has this one`,
        remedy: "Rename one of the two keys, or give one another rulePriority or shard.",
      });
    }
  }
  return problems;
}

export function priorityOf(key: string, service: ServiceDefinition): number {
  return typeof service.oauth === "object" ? service.oauth.rulePriority : rulePriority(key);
}

function duplicates<T>(items: readonly T[], keyOf: (item: T) => string): readonly { first: T; entry: T }[] {
  const seen = new Map<string, T>();
  return items.flatMap((entry) => {
    const first = seen.get(keyOf(entry));
    if (first === undefined) seen.set(keyOf(entry), entry);
    return first === undefined ? [] : [{ first, entry }];
  });
}
