import { type Measured, planAlarms, planProbeAlarm } from "./alarm-plan.ts";
import { expandArguments } from "./command.ts";
import type { FleetDefinition, ServiceDefinition } from "./definition.ts";
import { rulePriority } from "./placement.ts";
import type { ServicePlan, StagePlan } from "./plan.ts";
import { defaultStopSeconds, idleVariable } from "./timing.ts";

export function planService(
  fleet: FleetDefinition,
  key: string,
  service: ServiceDefinition,
  at: {
    readonly runsOn: StagePlan["runsOn"];
    readonly serviceDomain: string;
    readonly shard: number;
    readonly port: string;
    readonly idleTimeoutSeconds: number;
    readonly probes: boolean;
    readonly measured?: Measured | undefined;
  },
): ServicePlan {
  const hostname = `${service.host}.${at.serviceDomain}`;
  const url = `https://${hostname}${at.port}`;
  const environment = {
    // The contract on this machine, where each task has a port of its own, holds on AWS as well.
    PORT: String(service.port),
    ...Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([name, value]) => [name, value.replaceAll("{url}", url)]),
    ),
    ...auditEnvironment(fleet, service),
    [idleVariable]: String(at.idleTimeoutSeconds),
  };
  const localCommand = commandHere(service, environment);
  // Images are never pulled on one machine: without a command there is nothing to run.
  const desiredCount = at.runsOn === "loopback" && localCommand === undefined ? 0 : countOf(service);
  return {
    key,
    host: service.host,
    hostname,
    url,
    image: service.image,
    architecture: service.architecture ?? "X86_64",
    port: service.port,
    cpu: service.cpu,
    memory: service.memory,
    desiredCount,
    scaling: desiredCount === 0 ? undefined : service.scaling,
    capacity: service.capacity ?? "on-demand",
    stopTimeout: service.stopTimeout ?? defaultStopSeconds,
    user: service.user,
    readOnlyRoot: service.readOnlyRoot ?? false,
    health: { path: service.healthPath ?? "/health", codes: service.healthCodes ?? "200" },
    environment,
    secrets: secretsOf(fleet, service),
    sessions: service.sessions === true,
    stickiness: service.stickiness ?? false,
    ...planAlarms(fleet.alarms, service.alarms, at.measured),
    mcp: isMcp(service),
    // One that is offline has nobody to ask.
    probe: at.probes && desiredCount > 0 ? probeAlarmOf(fleet, service) : undefined,
    rulePriority: rulePriority([key, service]),
    shard: at.shard,
    pinnedTo: service.shard,
    permissions: service.permissions ?? [],
    entryPoint: service.entryPoint && expandArguments(service.entryPoint, environment),
    command: service.command && expandArguments(service.command, environment),
    localCommand,
  };
}

function countOf({ desiredCount, scaling }: ServiceDefinition): number {
  return desiredCount ?? scaling?.min ?? 1;
}

function isMcp({ mcp = true }: ServiceDefinition): boolean {
  return mcp;
}

function probeAlarmOf({ alarms }: FleetDefinition, service: ServiceDefinition): ServicePlan["probe"] {
  const { probe = isMcp(service) } = service;
  return probe ? planProbeAlarm(service.alarms?.probe ?? alarms.probe) : undefined;
}

/** As on AWS, unless the map says otherwise; the port is known when a task starts. */
function commandHere(
  { local, entryPoint, command }: ServiceDefinition,
  { PORT: _, ...environment }: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const args = local?.command ?? (entryPoint && [...entryPoint, ...(command ?? [])]);
  return args && expandArguments(args, environment);
}

/** Keys of the audit trail's secret. */
export const auditKeys: readonly string[] = ["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"];

export function auditEnvironment(
  fleet: FleetDefinition,
  { audit }: ServiceDefinition,
): Readonly<Record<string, string>> {
  if (audit === undefined || fleet.audit === undefined) return {};
  return {
    SPLUNK_INDEX: fleet.audit.index,
    SPLUNK_SOURCE: audit.source,
    AUDIT_LOG_ENABLED: String(audit.enabled ?? true),
  };
}

function keysOf({ secrets }: FleetDefinition, name: string): string[] {
  return Object.hasOwn(secrets, name) ? Object.keys(secrets[name]?.keys ?? {}) : [];
}

export function secretsOf(fleet: FleetDefinition, service: ServiceDefinition): ServicePlan["secrets"] {
  const uses = (service.secrets ?? []).map((use) =>
    typeof use === "string" ? { secret: use, keys: keysOf(fleet, use) } : use,
  );
  const trail = service.audit === undefined ? undefined : fleet.audit;
  if (trail !== undefined && !uses.some(({ secret }) => secret === trail.secret)) {
    uses.push({ secret: trail.secret, keys: [...auditKeys] });
  }
  return uses.flatMap(({ secret, keys }) => keys.map((key) => ({ secret, key })));
}
