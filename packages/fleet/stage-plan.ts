import { planChat } from "./chat-plan.ts";
import { runsIn } from "./checks/stage.ts";
import {
  alarmTopicOf,
  characterOf,
  defaultOAuthPriority,
  defaultRegion,
  defaultSubdomain,
  domainOf,
  networkOf,
  redisOf,
} from "./defaults.ts";
import type { FleetDefinition, SecretDefinition, StageDefinition } from "./definition.ts";
import { names } from "./names.ts";
import type { PlanOptions, RotationPlan, SecretPlan, ServicePlan, StagePlan } from "./plan.ts";
import { FleetError } from "./problem.ts";
import { planService } from "./service-plan.ts";

/** Throws `FleetError` for a stage that is not in the map, or one on AWS without an account. */
export function planStage(fleet: FleetDefinition, stage: string, options: PlanOptions = {}): StagePlan {
  const definition = fleet.stages[stage];
  if (definition === undefined) {
    throw new FleetError([
      {
        field: "stage",
        value: stage,
        allowed: Object.keys(fleet.stages).join(", "),
        remedy: "Add it under `stages` in fleet.config.ts, or name another with --stage.",
      },
    ]);
  }
  const character = characterOf(stage, definition);
  const domain = domainOf(fleet, stage, character);
  const serviceDomain = `${fleet.subdomain ?? defaultSubdomain}.${domain}`;
  const shards = definition.shards ?? 1;
  const port = character.runsOn === "loopback" ? `:${options.httpsPort ?? 8443}` : "";
  const services = Object.entries(fleet.services)
    .filter(([, service]) => runsIn(service, stage))
    .map(([key, service]) =>
      planService(fleet, key, service, { serviceDomain, shards, port, measured: options.thresholds?.[key] }),
    );
  return {
    stage,
    ...character,
    account: accountOf(stage, definition, character.runsOn),
    region: definition.region ?? fleet.region ?? defaultRegion,
    domain,
    serviceDomain,
    deletionProtection: definition.deletionProtection ?? character.durable,
    network: networkOf(definition.network, character),
    redis: redisOf(definition.redis, character),
    shards,
    alarmPeriodSeconds: character.runsOn === "loopback" ? 10 : 60,
    alarmTopic: {
      name: alarmTopicOf(stage, definition, character),
      adoptedArn: definition.adopt?.alarmTopicArn,
    },
    hostedZone: definition.adopt?.hostedZone ? { kind: "adopt", ...definition.adopt.hostedZone } : { kind: "create" },
    oauth: {
      paths: fleet.oauth.paths,
      priority: fleet.oauth.priority ?? defaultOAuthPriority,
      owner: ownerOf(fleet, stage, services),
    },
    auditIndex: fleet.audit.index,
    chat: planChat(fleet, stage),
    secrets: planSecrets(fleet, stage, definition, services),
    services,
  };
}

function ownerOf(fleet: FleetDefinition, stage: string, services: readonly ServicePlan[]): string {
  const owner = services.find(({ key }) => fleet.services[key]?.oauth === "owner");
  if (owner === undefined) throw new Error(`Stage ${stage} has no OAuth owner; defineFleet refuses such a map.`);
  return owner.key;
}

function accountOf(stage: string, definition: StageDefinition, runsOn: "aws" | "loopback"): string {
  if (definition.account !== undefined) return definition.account;
  if (runsOn === "loopback") return "000000000000";
  throw new FleetError([
    {
      field: `stages.${stage}.account`,
      value: undefined,
      allowed: "an AWS account id: twelve digits, in quotes",
      remedy: "Add the account this stage belongs to, so that a deploy with other credentials stops before it begins.",
    },
  ]);
}

function planSecrets(
  fleet: FleetDefinition,
  stage: string,
  definition: StageDefinition,
  services: readonly ServicePlan[],
): readonly SecretPlan[] {
  return Object.entries(fleet.secrets).map(([key, secret]) => ({
    key,
    name: names.secret(stage, key),
    description: secret.description,
    keys: secret.keys,
    aliases: secret.aliases ?? {},
    adoptedArn: definition.adopt?.secrets?.[key],
    rotation: rotationOf(secret),
    usedBy: services
      .filter((service) => service.secrets.some((use) => use.secret === key))
      .map((service) => service.key),
  }));
}

const defaultEveryDays = 30;

function rotationOf({ rotation }: SecretDefinition): RotationPlan {
  if (rotation === undefined) return { declined: "The map names no issuer." };
  return "declined" in rotation ? rotation : { ...rotation, everyDays: rotation.everyDays ?? defaultEveryDays };
}
