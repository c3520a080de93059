import { type Measured, planAlarms, planProbeAlarm } from "./alarm-plan.ts";
import { planContainers } from "./container-plan.ts";
import type { FleetDefinition, ServiceDefinition } from "./definition.ts";
import { rulePriority } from "./placement.ts";
import type { ServicePlan, StagePlan } from "./plan.ts";
import { defaultStopSeconds } from "./timing.ts";

export function planService(
  fleet: FleetDefinition,
  key: string,
  service: ServiceDefinition,
  at: {
    readonly stage: string;
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
  const containers = planContainers(fleet, [key, service], { ...at, url });
  // Images are never pulled on one machine: without a command there is nothing to run.
  const isIdle = at.runsOn === "loopback" && containers.localCommand === undefined;
  const desiredCount = isIdle ? 0 : countOf(service);
  return {
    key,
    host: service.host,
    hostname,
    description: service.description,
    url,
    ...containers,
    architecture: service.architecture ?? "X86_64",
    cpu: service.cpu,
    memory: service.memory,
    desiredCount,
    scaling: desiredCount === 0 ? undefined : service.scaling,
    capacity: service.capacity ?? "on-demand",
    stopTimeout: service.stopTimeout ?? defaultStopSeconds,
    user: service.user,
    readOnlyRoot: service.readOnlyRoot ?? false,
    stickiness: service.stickiness ?? false,
    ...planAlarms(fleet.alarms, service.alarms, at.measured),
    mcp: isMcp(service),
    // One that is offline has nobody to ask.
    probe: at.probes && desiredCount > 0 ? probeAlarmOf(fleet, service) : undefined,
    rulePriority: rulePriority([key, service]),
    shard: at.shard,
    pinnedTo: service.shard,
    permissions: service.permissions ?? [],
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
