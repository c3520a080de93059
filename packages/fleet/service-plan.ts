import { type Measured, planAlarms } from "./alarm-plan.ts";
import { planContainers } from "./container-plan.ts";
import type { FleetDefinition, ServiceDefinition } from "./definition.ts";
import { rulePriority, shardOf } from "./placement.ts";
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
    readonly shards: number;
    readonly port: string;
    readonly idleTimeoutSeconds: number;
    readonly measured?: Measured | undefined;
  },
): ServicePlan {
  const hostname = `${service.host}.${at.serviceDomain}`;
  const url = `https://${hostname}${at.port}`;
  const containers = planContainers(fleet, [key, service], { ...at, url });
  return {
    key,
    host: service.host,
    hostname,
    url,
    ...containers,
    architecture: service.architecture ?? "X86_64",
    cpu: service.cpu,
    memory: service.memory,
    // Images are never pulled on one machine: without a command there is nothing to run.
    desiredCount: at.runsOn === "loopback" && containers.localCommand === undefined ? 0 : (service.desiredCount ?? 1),
    stopTimeout: service.stopTimeout ?? defaultStopSeconds,
    stickiness: service.stickiness ?? false,
    ...planAlarms(fleet.alarms, service.alarms, at.measured),
    rulePriority: rulePriority([key, service]),
    shard: shardOf([key, service], at.shards),
    permissions: service.permissions ?? [],
  };
}
