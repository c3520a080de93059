import type { Clock } from "#endpoint/core/ports.ts";
import type { HostedZones } from "./hosted-zones.ts";

export interface Route53Ports {
  readonly clock: Clock;
}

export interface Route53Engine {
  readonly zones: HostedZones;
}
