import type { Statistic } from "./baseline.ts";
import type { DeployedAlarm } from "./tune.ts";

/** The alarms of one service, which watch one metric. */
export type Group = readonly DeployedAlarm[];

/** What is asked of one metric; perhaps nothing. */
export interface Wish {
  readonly group: Group;
  readonly stats: readonly (Statistic | "SampleCount")[];
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const queriesAtOnce = 500;
/**
 * Of a page. Of a second, an account may ask for 396,000, and what counts is the range asked for, not what is found in it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
 */
export const pointsAtOnce = 100_800;

/** In their order, as many in a call as it takes. A call has one range, that of all its wishes. */
export function callsOf(wishes: readonly Wish[], periodMs: number): readonly (readonly Wish[])[] {
  const calls: Wish[][] = [];
  let size = nothing;
  for (const wish of wishes) {
    const joined = join(size, wish);
    const call = calls.at(-1);
    if (call !== undefined && fits(joined, periodMs)) {
      call.push(wish);
      size = joined;
    } else {
      calls.push([wish]);
      size = join(nothing, wish);
    }
  }
  return calls;
}

interface Size {
  readonly queries: number;
  readonly from: number;
  readonly until: number;
}

const nothing: Size = { queries: 0, from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };

function join(size: Size, { stats, from, until }: Wish): Size {
  if (stats.length === 0) return size;
  return {
    queries: size.queries + stats.length,
    from: Math.min(size.from, from),
    until: Math.max(size.until, until),
  };
}

function fits({ queries, from, until }: Size, periodMs: number): boolean {
  return queries === 0 || (queries <= queriesAtOnce && (queries * (until - from)) / periodMs <= pointsAtOnce);
}
