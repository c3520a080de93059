import { defaultOAuthPriority } from "../defaults.ts";
import { alarmNames, type FleetDefinition, type ServiceDefinition } from "../definition.ts";
import { type Entry, runsIn } from "../entry.ts";
import { fargateCpus, fargateMemory } from "../fargate.ts";
import { names, targetGroupNameLimit } from "../names.ts";
import type { Problem } from "../problem.ts";
import { mostTasks } from "../session-loss.ts";
import { checkCommands } from "./command.ts";
import { unknown } from "./reference.ts";
import { checkScaling } from "./scaling.ts";
import { checkSidecar } from "./sidecar.ts";
import { checkVariables } from "./variable.ts";

/** What one entry must get right on its own and with the secrets and stages it names. */
export function checkService(fleet: FleetDefinition, entry: Entry): readonly Problem[] {
  return [
    ...checkSize(entry),
    ...checkCount(entry),
    ...checkScaling(fleet, entry),
    ...checkVariables(fleet, entry),
    ...checkCommands(fleet, entry),
    ...checkSidecar(fleet, entry),
    ...checkNames(fleet, entry),
    ...checkSecrets(fleet, entry),
    ...checkAlarms(fleet, entry),
    ...checkStages(fleet, entry),
    ...checkOptOut(fleet, entry),
    ...checkShared(fleet, entry),
    ...checkPermissions(entry),
    ...checkProbe(entry),
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
        remedy: "Use a CPU size that Fargate offers.",
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
      remedy: "Use a pair that Fargate offers: change memory or cpu.",
    },
  ];
}

/** A balancer spreads requests over tasks, and a session that one keeps in memory is unknown to the others. */
function checkCount([key, service]: Entry): readonly Problem[] {
  const { scaling, sessions = false, stickiness = false } = service;
  const most = mostTasks(service);
  if (most <= 1 || sessions !== false || stickiness) return [];
  return [
    {
      field: `services.${key}.${scaling === undefined ? "desiredCount" : "scaling.max"}`,
      value: most,
      allowed: "0 or 1 for a service that keeps its MCP sessions in its task's memory (`sessions` is false)",
      remedy:
        'Set sessions: true if it keeps them in Redis, or sessions: "none" if it has none, or stickiness: true if its clients keep cookies; otherwise keep one task: another would answer 404 to a session it does not know.',
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

function checkSecrets(fleet: FleetDefinition, [key, { secrets, sidecar }]: Entry): readonly Problem[] {
  return [
    ...checkUses(fleet, `services.${key}.secrets`, secrets),
    ...checkUses(fleet, `services.${key}.sidecar.secrets`, sidecar?.secrets),
  ];
}

function checkUses(fleet: FleetDefinition, list: string, uses: ServiceDefinition["secrets"] = []): readonly Problem[] {
  return uses.flatMap((use, index) => {
    const field = `${list}.${index}`;
    const name = typeof use === "string" ? use : use.secret;
    const missing = unknown(field, [name], Object.keys(fleet.secrets), "Declare the secret under `secrets`");
    const secret = fleet.secrets[name];
    if (missing.length > 0 || secret === undefined) return missing;
    const wanted = typeof use === "string" ? [] : use.keys;
    return unknown(`${field}.keys`, wanted, Object.keys(secret.keys), `Add the key under secrets.${name}.keys`);
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
  return unknown(`services.${key}.stages`, named, Object.keys(fleet.stages), "Declare the stage under `stages`");
}

function checkOptOut(fleet: FleetDefinition, [key, { oauth }]: Entry): readonly Problem[] {
  if (typeof oauth !== "object") return [];
  const shared = fleet.oauth?.priority ?? defaultOAuthPriority;
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

/** What an entry takes part in must be declared for the fleet. */
function checkShared(fleet: FleetDefinition, [key, { oauth, audit }]: Entry): readonly Problem[] {
  const problems: Problem[] = [];
  if (oauth === "owner" && fleet.oauth === undefined) {
    problems.push({
      field: `services.${key}.oauth`,
      value: oauth,
      allowed: '"owner" in a map whose `oauth` names the paths; without it each service answers its own',
      remedy: 'Add `oauth: { paths: ["/.well-known/*", …] }` to the map, or remove the field.',
    });
  }
  if (audit !== undefined && fleet.audit === undefined) {
    problems.push({
      field: `services.${key}.audit`,
      value: audit,
      allowed: "an audit trail in a map whose `audit` says where events go",
      remedy: "Add `audit: { secret, index }` to the map, or remove the field.",
    });
  }
  return problems;
}

/** The probe asks for tools, which nothing but an MCP server has. */
function checkProbe([key, { mcp = true, probe, alarms }]: Entry): readonly Problem[] {
  const remedy = (field: string) => `Remove \`${field}\`; its health check and its requests are watched all the same.`;
  if (!mcp && probe === true) {
    const allowed = "false, or nothing, for a service without MCP (`mcp` is false)";
    return [{ field: `services.${key}.probe`, value: probe, allowed, remedy: remedy("probe") }];
  }
  if ((probe ?? mcp) || alarms?.probe === undefined || "declined" in alarms.probe) return [];
  const allowed = "an alarm of the probe for a service that the probe asks";
  return [{ field: `services.${key}.alarms.probe`, value: alarms.probe, allowed, remedy: remedy("alarms.probe") }];
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
