import type { FleetDefinition, ServiceDefinition } from "../definition.ts";
import { names } from "../names.ts";
import type { Problem } from "../problem.ts";
import type { Entry } from "./service.ts";
import { checkShards } from "./shard.ts";

export function runsIn(service: ServiceDefinition, stage: string): boolean {
  if (service.stages === undefined) return true;
  return "only" in service.stages ? service.stages.only.includes(stage) : !service.stages.except.includes(stage);
}

/** What a stage must have once its services are known: one OAuth owner, known secrets, balancers with room. */
export function checkStage(fleet: FleetDefinition, stage: string): readonly Problem[] {
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
  return Object.entries(fleet.stages[stage]?.adopt?.secrets ?? {}).flatMap(([name, arn]) => {
    if (!(name in fleet.secrets)) {
      return [
        {
          field: `stages.${stage}.adopt.secrets`,
          value: name,
          allowed: Object.keys(fleet.secrets).join(", "),
          remedy: "Declare the secret under `secrets`, or correct its name.",
        },
      ];
    }
    const prefix = names.secretPrefix(stage);
    if (arn?.includes(`:secret:${prefix}`)) return [];
    return [
      {
        field: `stages.${stage}.adopt.secrets.${name}`,
        value: arn,
        allowed: `a secret under ${prefix}: the role that starts tasks reads no others`,
        remedy: `Copy the value to a secret under ${prefix}, and adopt that one.`,
      },
    ];
  });
}
