import type { AlarmName } from "#fleet/definition.ts";
import type { ThresholdBasis } from "#fleet/threshold-basis.ts";
import { type Measurement, type Proposal, propose, type Statistic } from "./baseline.ts";

/** A latency alarm as it is deployed. */
export interface DeployedAlarm {
  readonly service: string;
  readonly name: LatencyAlarm;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly threshold: number;
  /** From its description: a chosen threshold is an operator's decision, and stays. */
  readonly basis: ThresholdBasis;
}

export type LatencyAlarm = Extract<AlarmName, `latency${string}`>;
export const statistics = {
  latencyP95: "p95",
  latencyP99: "p99",
  latencyAverage: "Average",
} as const satisfies Record<LatencyAlarm, Statistic>;

/** Measured thresholds of a service, in seconds. */
export type Thresholds = Readonly<Partial<Record<LatencyAlarm, number>>>;

/** Milliseconds since the epoch; an end that has not come yet is infinite. */
export interface Trouble {
  readonly from: number;
  readonly until: number;
}

/** An alarm that rings while a service is down, or too many of its requests fail. */
export interface OutageAlarm {
  readonly service: string;
  /** As CloudWatch has it. */
  readonly name: string;
  readonly rings: boolean;
  /** When that last changed, in milliseconds since the epoch. */
  readonly since: number;
}

export interface Measured {
  readonly alarm: DeployedAlarm;
  readonly measurement: Measurement;
}

export interface TunePorts {
  alarms(): Promise<{ readonly latency: readonly DeployedAlarm[]; readonly outages: readonly OutageAlarm[] }>;
  /**
   * The last 14 days, service by service. What was measured of one is judged and forgotten: that of a thousand is more than
   * memory holds.
   */
  measure<T>(
    alarms: readonly DeployedAlarm[],
    judge: (ofService: readonly Measured[]) => Promise<T>,
  ): Promise<readonly T[]>;
  /** When it rang within these days. */
  troubles(alarm: OutageAlarm): Promise<readonly Trouble[]>;
  /** What the next deploy applies. */
  store(service: string, thresholds: Thresholds): Promise<void>;
  announce(outcomes: readonly Outcome[]): Promise<void>;
}

export interface Outcome {
  readonly alarm: DeployedAlarm;
  readonly proposal: Proposal;
  /** False if the difference is too small to matter, or nothing was measured. */
  readonly changes: boolean;
}

/** A threshold that moves by less is left where it is. */
const noise = 0.1;

/** Measures every latency alarm, stores the new thresholds and announces them; `dry` only measures. */
export async function tune(ports: TunePorts, { dry }: { readonly dry: boolean }): Promise<readonly Outcome[]> {
  const { latency, outages } = await ports.alarms();
  const rung = Map.groupBy(outages, ({ service }) => service);
  const judged = await ports.measure(
    latency.filter(({ basis }) => basis !== "chosen"),
    async (measured) => {
      // Few have minutes that count, and fewer rang.
      const [first] = measured.filter(({ measurement }) => measurement.minutes.length > 0);
      const of = first === undefined ? [] : (rung.get(first.alarm.service) ?? []);
      const troubles = (await Promise.all(of.map(ports.troubles))).flat();
      return measured.map((one) => outcomeOf(one, troubles));
    },
  );
  const outcomes = judged.flat();
  if (dry) return outcomes;
  for (const [service, own] of Map.groupBy(outcomes, ({ alarm }) => alarm.service)) {
    const thresholds = thresholdsOf(own);
    if (own.some(({ changes }) => changes)) await ports.store(service, thresholds);
  }
  await ports.announce(outcomes);
  return outcomes;
}

function outcomeOf({ alarm, measurement }: Measured, troubles: readonly Trouble[]): Outcome {
  const { minutes, quarters } = measurement;
  // How slow it is while it is broken is no baseline.
  const usual = minutes.filter(({ at }) => !troubles.some(({ from, until }) => at >= from && at < until));
  const current = { threshold: alarm.threshold, measured: alarm.basis === "measured" };
  const proposal = propose({ minutes: usual, quarters }, statistics[alarm.name], current);
  if (proposal.kind === "too-few") return { alarm, proposal, changes: false };
  const difference = Math.abs(proposal.threshold - alarm.threshold) / alarm.threshold;
  return { alarm, proposal, changes: alarm.basis === "placeholder" || difference > noise };
}

/** All of a service's measured thresholds, the unchanged ones too: what is stored replaces what was. */
function thresholdsOf(outcomes: readonly Outcome[]): Thresholds {
  const measured = outcomes.flatMap(({ alarm, proposal, changes }) => {
    if (changes && proposal.kind === "measured") return [[alarm.name, proposal.threshold] as const];
    return alarm.basis === "measured" ? [[alarm.name, alarm.threshold] as const] : [];
  });
  return Object.fromEntries(measured);
}
