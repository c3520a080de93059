import type { AlarmDefinition, AlarmDefinitions, AlarmName } from "./definition.ts";
import type { ThresholdBasis } from "./threshold-basis.ts";

/** Thresholds of a service's alarms that were measured, in seconds. */
export type Measured = Readonly<Partial<Record<AlarmName, number>>>;

export type AlarmPlan =
  | { readonly kind: "set"; readonly threshold: number; readonly basis: ThresholdBasis; readonly wakes: boolean }
  | Declined;

export interface RatePlans {
  readonly failedRequests: { readonly kind: "set"; readonly objective: number; readonly wakes: boolean } | Declined;
  readonly slowRequests:
    | {
        readonly kind: "set";
        readonly share: number;
        /** Seconds: the threshold of `latencyP95`. */
        readonly slowerThan: number;
        readonly basis: ThresholdBasis;
        readonly wakes: boolean;
      }
    | Declined;
  readonly memoryUsed: UsedPlan;
  readonly cpuUsed: UsedPlan;
}
type UsedPlan = { readonly kind: "set"; readonly share: number; readonly wakes: boolean } | Declined;
/** The service is asked in each case; declined is the alarm. */
export type ProbeAlarmPlan = { readonly kind: "set"; readonly wakes: boolean } | Declined;

interface Declined {
  readonly kind: "declined";
  readonly reason: string;
}

const defaultObjective = 0.999;
const defaultShare = 0.25;
/** Enough is left to choose a larger size before anything is killed. */
const defaultUsed = 0.85;

/** The alarms of a service: what its entry defines, else what the fleet does. */
export function planAlarms(
  fleet: AlarmDefinitions,
  own: Partial<AlarmDefinitions> = {},
  measured: Measured = {},
): { readonly alarms: Readonly<Record<AlarmName, AlarmPlan>>; readonly rates: RatePlans } {
  const plan = (name: AlarmName): AlarmPlan => planAlarm(name, own[name] ?? fleet[name], measured[name]);
  const latencyP95 = plan("latencyP95");
  return {
    alarms: {
      unhealthyHosts: plan("unhealthyHosts"),
      healthyHosts: plan("healthyHosts"),
      errors5xx: plan("errors5xx"),
      latencyP95,
      latencyP99: plan("latencyP99"),
      latencyAverage: plan("latencyAverage"),
    },
    rates: {
      failedRequests: planFailed(own.failedRequests ?? fleet.failedRequests),
      slowRequests: planSlow(own.slowRequests ?? fleet.slowRequests, latencyP95),
      memoryUsed: planUsed(own.memoryUsed ?? fleet.memoryUsed),
      cpuUsed: planUsed(own.cpuUsed ?? fleet.cpuUsed),
    },
  };
}

/** A placeholder gives way to what was measured; what a person chose does not. */
export function planAlarm(name: AlarmName, definition: AlarmDefinition, measured: number | undefined): AlarmPlan {
  if ("declined" in definition) return { kind: "declined", reason: definition.declined };
  // Without a healthy task a service is down, whatever the rest says.
  const { basis = "chosen", wakes = name === "healthyHosts" } = definition;
  if (basis === "placeholder" && measured !== undefined)
    return { kind: "set", threshold: measured, basis: "measured", wakes };
  return { kind: "set", threshold: definition.threshold, basis, wakes };
}

/** A service that no client gets through to is down, whatever its health check says. */
export function planProbeAlarm(definition: AlarmDefinitions["probe"] = {}): ProbeAlarmPlan {
  if ("declined" in definition) return { kind: "declined", reason: definition.declined };
  return { kind: "set", wakes: definition.wakes ?? true };
}

function planFailed(definition: AlarmDefinitions["failedRequests"] = {}): RatePlans["failedRequests"] {
  if ("declined" in definition) return { kind: "declined", reason: definition.declined };
  const { objective = defaultObjective, wakes = true } = definition;
  return { kind: "set", objective, wakes };
}

function planUsed(definition: AlarmDefinitions["memoryUsed"] = {}): UsedPlan {
  if ("declined" in definition) return { kind: "declined", reason: definition.declined };
  const { share = defaultUsed, wakes = false } = definition;
  return { kind: "set", share, wakes };
}

/** Nobody is woken for a number that nobody has measured or chosen. */
function planSlow(definition: AlarmDefinitions["slowRequests"] = {}, latency: AlarmPlan): RatePlans["slowRequests"] {
  if ("declined" in definition) return { kind: "declined", reason: definition.declined };
  if (latency.kind === "declined") return latency;
  const { threshold: slowerThan, basis } = latency;
  const { share = defaultShare, wakes = basis !== "placeholder" } = definition;
  return { kind: "set", share, slowerThan, basis, wakes };
}
