import { characterOf, defaultSubdomain, domainOf, networkOf } from "../defaults.ts";
import type { FleetDefinition } from "../definition.ts";
import { type Entry, runsIn } from "../entry.ts";
import { names } from "../names.ts";
import type { Problem } from "../problem.ts";
import { checkControls } from "./controls.ts";
import { checkPlace } from "./place.ts";
import { unknown } from "./reference.ts";
import { checkShards } from "./shard.ts";

/** What a stage must have once its services are known: at most one OAuth owner, known secrets, balancers with room. */
export function checkStage(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const entries = Object.entries(fleet.services).filter(([, service]) => runsIn(service, stage));
  const shards = fleet.stages[stage]?.shards ?? 1;
  return [
    ...checkOwner(stage, entries),
    ...checkDomain(fleet, stage),
    ...checkAdopted(fleet, stage),
    ...checkKeys(fleet, stage),
    ...checkControls(fleet, stage),
    ...checkTopic(fleet, stage),
    ...checkZone(fleet, stage),
    ...checkGateways(fleet, stage),
    ...checkAdoptedVpc(fleet, stage),
    ...checkAddresses(fleet, stage),
    ...checkShards(stage, shards, entries),
  ];
}

function checkOwner(stage: string, entries: readonly Entry[]): readonly Problem[] {
  const owners = entries.filter(([, service]) => service.oauth === "owner").map(([key]) => key);
  if (owners.length <= 1) return [];
  return [
    {
      field: "services.*.oauth",
      value: owners,
      allowed: `at most one service with oauth: "owner" in stage ${stage}`,
      remedy: 'Leave oauth: "owner" on one of them.',
    },
  ];
}

function checkZone(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const definition = fleet.stages[stage];
  const zone = definition?.adopt?.hostedZone?.name;
  if (definition === undefined || zone === undefined) return [];
  const domain = domainOf(fleet, stage, characterOf(stage, definition));
  if (domain === zone || domain.endsWith(`.${zone}`)) return [];
  return [
    {
      field: `stages.${stage}.adopt.hostedZone.name`,
      value: zone,
      allowed: `the zone of ${domain} or of a parent: the stage's addresses are records of it`,
      remedy: `Adopt that zone, or set stages.${stage}.domain.`,
    },
  ];
}

function checkGateways(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const { zones = 2, natGateways = 1 } = fleet.stages[stage]?.network ?? {};
  if (natGateways <= zones) return [];
  return [
    {
      field: `stages.${stage}.network.natGateways`,
      value: natGateways,
      allowed: `1 to ${zones}: the stage has ${zones} zones, and each holds at most one`,
      remedy: "Lower it, or raise zones.",
    },
  ];
}

/** A VPC that exists is as its owner made it. */
function checkAdoptedVpc(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const { adopt, network = {}, controls = {} } = fleet.stages[stage] ?? {};
  if (adopt?.vpc === undefined) return [];
  const { idleTimeoutSeconds: _, ...made } = network;
  const fields = Object.entries(made).map(([name, value]): [string, unknown] => [`network.${name}`, value]);
  if (controls.flowLogs === true) fields.push(["controls.flowLogs", true]);
  return fields.map(([name, value]) => ({
    field: `stages.${stage}.${name}`,
    value,
    allowed: `nothing: the stage runs in ${adopt.vpc?.id}, which has a network`,
    remedy: `Remove it, or stages.${stage}.adopt.vpc.`,
  }));
}

function checkAddresses(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const definition = fleet.stages[stage];
  if (definition?.adopt?.addresses === undefined) return [];
  const { natGateways, adopted, addresses } = networkOf(definition, characterOf(stage, definition));
  if (addresses.length === natGateways) return [];
  return [
    {
      field: `stages.${stage}.adopt.addresses`,
      value: addresses,
      allowed:
        adopted === undefined
          ? `${natGateways}, one for each NAT gateway of the stage`
          : `nothing: the stage runs in ${adopted.id}, which has its way out`,
      remedy: adopted === undefined ? `Name as many, or set stages.${stage}.network.natGateways.` : "Remove it.",
    },
  ];
}

function checkAdopted(fleet: FleetDefinition, stage: string): readonly Problem[] {
  return Object.entries(fleet.stages[stage]?.adopt?.secrets ?? {}).flatMap(([name, arn]) => {
    const missing = unknown(
      `stages.${stage}.adopt.secrets`,
      [name],
      Object.keys(fleet.secrets),
      "Declare the secret under `secrets`",
    );
    if (missing.length > 0 || arn === undefined) return missing;
    const field = `stages.${stage}.adopt.secrets.${name}`;
    const prefix = names.secretPrefix(stage);
    if (arn.includes(`:secret:${prefix}`)) return checkPlace(fleet, stage, field, arn);
    return [
      {
        field,
        value: arn,
        allowed: `a secret under ${prefix}: the role that starts tasks reads no others`,
        remedy: `Copy the value to a secret under ${prefix}, and adopt that one.`,
      },
    ];
  });
}

function checkKeys(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const keys = fleet.stages[stage]?.adopt?.kmsKeys ?? {};
  const field = `stages.${stage}.adopt.kmsKeys`;
  return [
    ...unknown(field, Object.keys(keys), Object.keys(fleet.secrets), "Declare the secret under `secrets`"),
    ...Object.entries(keys).flatMap(([name, arn]) =>
      arn === undefined ? [] : checkPlace(fleet, stage, `${field}.${name}`, arn),
    ),
  ];
}

function checkTopic(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const arn = fleet.stages[stage]?.adopt?.alarmTopicArn;
  return arn === undefined ? [] : checkPlace(fleet, stage, `stages.${stage}.adopt.alarmTopicArn`, arn);
}

/** Top-level domains that no registrar sells (RFC 2606, RFC 6761, RFC 6762, ICANN's `internal`), and numbers. */
const unsold = /(?:^|\.)(?:localhost|local|test|invalid|example|internal|onion|\d+)$/;

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html: the first name has 64 at most. */
const certificateLimit = 64;

function checkDomain(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const definition = fleet.stages[stage];
  if (definition === undefined || definition.runsOn === "loopback") return [];
  const domain = domainOf(fleet, stage, characterOf(stage, definition));
  const field = domain === fleet.domain ? "domain" : `stages.${stage}.domain`;
  if (!domain.includes(".") || unsold.test(domain)) {
    const allowed = `in stage ${stage}, which runs on AWS: a registered domain, such as mycompany.com`;
    return [
      { field, value: domain, allowed, remedy: "Use a domain that you own: its certificate is validated by DNS." },
    ];
  }
  const services = `${fleet.subdomain ?? defaultSubdomain}.${domain}`;
  if (services.length <= certificateLimit) return [];
  const allowed = `at most ${certificateLimit} characters with the subdomain, as in ${services}: a certificate's first name cannot be longer`;
  return [{ field, value: domain, allowed, remedy: `Set a shorter stages.${stage}.domain or subdomain.` }];
}
