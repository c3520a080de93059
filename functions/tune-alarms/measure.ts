import { type CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { eachOf } from "#aws/batches.ts";
import { balancerReportSeconds } from "#fleet/timing.ts";
import { requestsNeeded, type Sample, type Statistic } from "./baseline.ts";
import { callsOf, type Group, pointsAtOnce, type Wish } from "./calls.ts";
import { statistics, type TunePorts } from "./tune.ts";

/** One-minute values are kept for 15 days. */
export const spanMs = 14 * 24 * 60 * 60_000;
// Of the alarms' own period: a percentile of a longer one is lower, of a shorter one higher.
const minuteMs = balancerReportSeconds * 1000;
const quarterMs = 6 * 60 * 60_000;
const callsAtOnce = 3;

type Series = ReadonlyMap<number, number>;
type Found = ReadonlyMap<Group, ReadonlyMap<string, Series>>;

/**
 * Quarters of days of all; the number of requests by the minute where a quarter has enough for a minute to count; and how
 * long they took where one does. Three in four points are of the last kind, and a quiet service has none.
 */
export function measureBy(client: CloudWatchClient): TunePorts["measure"] {
  return async (alarms, judge) => {
    const now = Date.now();
    // The quarter under way counts only as a sign that its minutes may.
    const [quarterEnd, minuteEnd] = [floor(now, quarterMs), floor(now, minuteMs)];
    const fortnight = { from: quarterEnd - spanMs, until: quarterEnd + quarterMs };
    const groups = [...Map.groupBy(alarms, ({ dimensions }) => JSON.stringify(dimensions)).values()];
    const all = groups.map((group): Wish => ({ group, stats: ["SampleCount", ...statisticsOf(group)], ...fortnight }));
    const within = { from: minuteEnd - spanMs, until: minuteEnd };
    const judged = [];
    for (const call of callsOf(all, quarterMs)) {
      const quarters = await read(client, call, quarterMs);
      const counted = call.map(({ group }): Wish => {
        const { stats, ...range } = countingOf(group, quarters, quarterMs, within);
        return { group, stats: stats.length === 0 ? [] : ["SampleCount"], ...range };
      });
      const measure = async (some: readonly Wish[]) => {
        const requests = await read(client, some, minuteMs);
        const timed = some.map(({ group }): Wish => ({ group, ...countingOf(group, requests, minuteMs, within) }));
        const results = [];
        for (const together of callsOf(timed, minuteMs)) {
          const minutes = await read(client, together, minuteMs);
          for (const { group } of together)
            results.push(
              await judge(
                group.map((alarm) => {
                  const of = (values: Found, counts: Found) => samplesOf(group, statistics[alarm.name], values, counts);
                  const whole = of(quarters, quarters).filter(({ at }) => at < quarterEnd);
                  return { alarm, measurement: { minutes: of(minutes, requests), quarters: whole } };
                }),
              ),
            );
        }
        return results;
      };
      judged.push(...(await eachOf(callsOf(counted, minuteMs), measure, callsAtOnce)).flat());
    }
    return judged;
  };
}

/** Statistics for which some period has enough requests, and the range of these periods. */
function countingOf(group: Group, counts: Found, periodMs: number, within: Pick<Wish, "from" | "until">) {
  const periods = [...(counts.get(group)?.get("SampleCount") ?? [])];
  const least = Math.min(...statisticsOf(group).map((stat) => requestsNeeded[stat]));
  const most = periods.reduce((found, [, requests]) => Math.max(found, requests), 0);
  const at = periods.flatMap(([at, requests]) => (requests >= least ? [at] : []));
  return {
    stats: statisticsOf(group).filter((stat) => requestsNeeded[stat] <= most),
    from: Math.max(
      within.from,
      at.reduce((one, other) => Math.min(one, other), within.until),
    ),
    until: Math.min(within.until, at.reduce((one, other) => Math.max(one, other), within.from) + periodMs),
  };
}

function statisticsOf(group: Group): readonly Statistic[] {
  return group.map(({ name }) => statistics[name]);
}

function samplesOf(group: Group, stat: Statistic, values: Found, counts: Found): readonly Sample[] {
  const requests = counts.get(group)?.get("SampleCount");
  return [...(values.get(group)?.get(stat) ?? [])]
    .map(([at, value]) => ({ at, value, requests: requests?.get(at) ?? 0 }))
    .sort((one, other) => one.at - other.at);
}

async function read(client: CloudWatchClient, wishes: readonly Wish[], periodMs: number): Promise<Found> {
  const asked = wishes.filter(({ stats }) => stats.length > 0);
  if (asked.length === 0) return new Map();
  const found = new Map(
    asked.map(({ group, stats }) => [group, new Map(stats.map((stat) => [stat, new Map<number, number>()]))]),
  );
  const series = [...found].flatMap(([[alarm], of]) =>
    [...of].map(([Stat, values]) => ({ Stat, values, dimensions: alarm?.dimensions ?? {} })),
  );
  const input = {
    StartTime: new Date(Math.min(...asked.map(({ from }) => from))),
    EndTime: new Date(Math.max(...asked.map(({ until }) => until))),
    MaxDatapoints: pointsAtOnce,
    MetricDataQueries: series.map(({ Stat, dimensions }, at) => ({
      Id: `s${at}`,
      MetricStat: {
        Metric: {
          Namespace: "AWS/ApplicationELB",
          MetricName: "TargetResponseTime",
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: periodMs / 1000,
        Stat,
      },
    })),
  };
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new GetMetricDataCommand({ ...input, ...(NextToken !== undefined && { NextToken }) }),
    );
    for (const { Id = "", Timestamps = [], Values = [] } of page.MetricDataResults ?? [])
      for (const [index, at] of Timestamps.entries())
        series[Number(Id.slice(1))]?.values.set(at.getTime(), Values[index] ?? Number.NaN);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

function floor(at: number, period: number): number {
  return Math.floor(at / period) * period;
}
