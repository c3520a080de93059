import { planAlarm } from "./alarm-plan.ts";
import { planChat } from "./chat-plan.ts";
import { checkShards } from "./checks/shard.ts";
import {
  alarmTopicOf,
  characterOf,
  controlsOf,
  defaultOAuthPriority,
  defaultRegion,
  defaultSplunkIndex,
  defaultSubdomain,
  domainOf,
  localAccount,
  networkOf,
  probeOf,
  redisOf,
} from "./defaults.ts";
import type { FleetDefinition, SecretDefinition, StageDefinition } from "./definition.ts";
import { runsIn } from "./entry.ts";
import { names } from "./names.ts";
import { didYouMean } from "./nearest.ts";
import { anyHostPriority, placeServices } from "./placement.ts";
import type { OAuthPlan, PlanOptions, RotationPlan, SecretPlan, ServicePlan, StagePlan } from "./plan.ts";
import { FleetError } from "./problem.ts";
import { planService } from "./service-plan.ts";
import { balancerReportSeconds } from "./timing.ts";

/** Throws `FleetError` for a stage that is not in the map, or one on AWS without an account. */
export function planStage(fleet: FleetDefinition, stage: string, options: PlanOptions = {}): StagePlan {
  const definition = Object.hasOwn(fleet.stages, stage) ? fleet.stages[stage] : undefined;
  if (definition === undefined) {
    throw new FleetError([
      {
        field: "stage",
        value: stage,
        allowed: Object.keys(fleet.stages).join(", "),
        remedy: `${didYouMean(stage, Object.keys(fleet.stages))}Add it under \`stages\` in fleet.config.ts, or name another with --stage.`,
      },
    ]);
  }
  const character = characterOf(stage, definition);
  const domain = domainOf(fleet, stage, character);
  const serviceDomain = `${fleet.subdomain ?? defaultSubdomain}.${domain}`;
  const shards = definition.shards ?? 1;
  const port = character.runsOn === "loopback" ? `:${options.httpsPort ?? 8443}` : "";
  const network = networkOf(definition, character);
  const probe = probeOf(definition.probe, character);
  const entries = Object.entries(fleet.services).filter(([, service]) => runsIn(service, stage));
  const problems = checkShards(stage, shards, entries, options.placed);
  if (problems.length > 0) throw new FleetError(problems);
  const shardOf = placeServices(entries, shards, options.placed);
  const services = entries.map(([key, service]) =>
    planService(fleet, key, service, {
      stage,
      runsOn: character.runsOn,
      serviceDomain,
      shard: shardOf.get(key) ?? 1,
      port,
      idleTimeoutSeconds: network.idleTimeoutSeconds,
      probes: probe !== undefined,
      measured: options.thresholds?.[key],
    }),
  );
  return {
    stage,
    ...character,
    account: accountOf(stage, definition, character.runsOn),
    region: definition.region ?? fleet.region ?? defaultRegion,
    domain,
    serviceDomain,
    deletionProtection: definition.deletionProtection ?? character.durable,
    network,
    controls: controlsOf(definition.controls),
    redis: redisOf(definition, character),
    shards,
    balancerErrors: planAlarm("errors5xx", fleet.alarms.errors5xx, undefined),
    alarmPeriodSeconds: character.runsOn === "loopback" ? 10 : balancerReportSeconds,
    probe,
    registry: definition.registry ?? false,
    recordWeight: definition.recordWeight,
    alarmTopic: {
      name: alarmTopicOf(stage, definition, character),
      adoptedArn: definition.adopt?.alarmTopicArn,
    },
    hostedZone: definition.adopt?.hostedZone ? { kind: "adopt", ...definition.adopt.hostedZone } : { kind: "create" },
    oauth: planOAuth(fleet, services),
    auditIndex: fleet.audit?.index ?? defaultSplunkIndex,
    chat: planChat(fleet, stage, options.consolePort),
    secrets: planSecrets(fleet, stage, definition, services),
    services,
  };
}

function planOAuth(
  { oauth, services: entries }: FleetDefinition,
  services: readonly ServicePlan[],
): OAuthPlan | undefined {
  const owner = services.find(({ key }) => entries[key]?.oauth === "owner");
  if (oauth === undefined || owner === undefined) return undefined;
  return {
    paths: oauth.paths,
    priority: oauth.priority ?? defaultOAuthPriority,
    owner: owner.key,
    // Metadata is about the host that it was asked of (RFC 9728, 3.3), so no other host's will do.
    anyHost: { paths: oauth.paths.filter((path) => !mayBeMetadata(path)), priority: anyHostPriority },
  };
}

/** Whether the pattern, in which `*` and `?` stand for anything, fits a path below `/.well-known/`. */
function mayBeMetadata(pattern: string): boolean {
  const wellKnown = "/.well-known/";
  const [before = "", ...others] = pattern.split(/[*?]/);
  return before.startsWith(wellKnown) || (others.length > 0 && wellKnown.startsWith(before));
}

function accountOf(stage: string, definition: StageDefinition, runsOn: "aws" | "loopback"): string {
  if (definition.account !== undefined) return definition.account;
  if (runsOn === "loopback") return localAccount;
  throw new FleetError([
    {
      field: `stages.${stage}.account`,
      value: undefined,
      allowed: "an AWS account id: twelve digits, in quotes",
      remedy: "Add the account this stage belongs to, so that a deploy with other credentials stops before it begins.",
    },
  ]);
}

/** What a service's tasks get of secrets, in any container. */
export function secretsIn({ secrets, behind }: ServicePlan): ServicePlan["secrets"] {
  return [...secrets, ...(behind?.secrets ?? [])];
}

function planSecrets(
  fleet: FleetDefinition,
  stage: string,
  definition: StageDefinition,
  services: readonly ServicePlan[],
): readonly SecretPlan[] {
  const plans = Object.entries(fleet.secrets).map(([key, secret]) => ({
    key,
    name: names.secret(stage, key),
    description: secret.description,
    keys: secret.keys,
    aliases: secret.aliases ?? {},
    adoptedArn: definition.adopt?.secrets?.[key],
    kmsKeyArn: definition.adopt?.kmsKeys?.[key],
    rotation: rotationOf(secret),
    unproven: secret.unproven ?? "wait",
    usedBy: services
      .filter((service) => secretsIn(service).some((use) => use.secret === key))
      .map((service) => service.key),
  }));
  // What proves presses of buttons is of no use, and 0.40 USD a month, where there are none.
  const idle = planChat(fleet, stage)?.actions === undefined ? fleet.chat?.actions?.slack.secret : undefined;
  return plans.filter(({ key, usedBy }) => key !== idle || usedBy.length > 0);
}

const defaultEveryDays = 30;

function rotationOf({ rotation }: SecretDefinition): RotationPlan {
  if (rotation === undefined) return { declined: "The map names no issuer." };
  return "declined" in rotation ? rotation : { ...rotation, everyDays: rotation.everyDays ?? defaultEveryDays };
}
