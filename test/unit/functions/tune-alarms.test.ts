import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "#chat/parse/index.ts";
import { defineFleet, planStage } from "#fleet";
import { type Current, type Measurement, propose, type Sample } from "../../../functions/tune-alarms/baseline.ts";
import { callsOf, type Wish } from "../../../functions/tune-alarms/calls.ts";
import { noticeOf } from "../../../functions/tune-alarms/notice.ts";
import { troublesIn } from "../../../functions/tune-alarms/outages.ts";
import {
  type DeployedAlarm,
  type Measured,
  type Outcome,
  type Thresholds,
  type Trouble,
  tune,
} from "../../../functions/tune-alarms/tune.ts";
import fleet from "../../fixture/map.ts";
import { randomOf } from "../../fixture/random.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const begin = Date.UTC(2026, 10, 9);

/** Minutes in a row, each with this value. */
const busy = (value: number, count = 1_000, requests = 5_000): Sample[] =>
  Array.from({ length: count }, (_, at) => ({ at: begin + at * minute, value, requests }));

/** Two weeks of a service that answers in a fifth of a second, more or less, and otherwise where `odd` says so. */
function fortnight(odd: (at: number) => number | undefined = () => undefined): Measurement {
  const random = randomOf(7);
  const minutes = Array.from({ length: 14 * 24 * 60 }, (_, index): Sample => {
    const at = begin + index * minute;
    return { at, value: odd(at - begin) ?? 0.18 + 0.04 * random(), requests: 1_000 };
  });
  return { minutes, quarters: [] };
}

const placeholder: Current = { threshold: 1, measured: false };
const thresholdOf = (measurement: Measurement, current = placeholder) => {
  const proposal = propose(measurement, "p95", current);
  if (proposal.kind !== "measured") throw new Error("Enough was measured.");
  return proposal.threshold;
};

describe("a baseline", () => {
  it("[FIX-1] is what nearly every minute stays under and half as much again, to the millisecond", () => {
    expect(thresholdOf({ minutes: busy(0.2137), quarters: [] })).toBe(0.321);
  });

  it("[FIX-1] is not made from minutes with too few requests for a percentile", () => {
    const quiet = { minutes: busy(3, 1_000, 199), quarters: [] };
    expect(propose(quiet, "p95", placeholder)).toEqual({ kind: "too-few", samples: 0, requestsNeeded: 200 });
    const rare = { minutes: busy(3, 1_000, 999), quarters: [] };
    expect(propose(rare, "p99", placeholder)).toMatchObject({ kind: "too-few", requestsNeeded: 1_000 });
    expect(thresholdOf({ minutes: [...busy(0.2, 500), ...busy(3, 1_000, 199)], quarters: [] })).toBe(0.3);
  });

  it("[FIX-1] [REL-6] is made from quarters of days where a service has two requests a minute", () => {
    const quarters = Array.from({ length: 56 }, (_, at) => ({ at: begin + at * 6 * hour, value: 0.2, requests: 720 }));
    expect(thresholdOf({ minutes: busy(9, 1_000, 2), quarters })).toBe(0.3);
    // Every night a batch, and one bad afternoon.
    const odd = quarters.map((one, at) => ({ ...one, value: at % 4 === 0 || at === 30 ? 20 : one.value }));
    expect(thresholdOf({ minutes: [], quarters: odd })).toBe(0.3);
  });

  it("[FIX-1] does not count a gap as zero, and says how often each threshold would have fired", () => {
    const minutes = busy(0.4, 803).map((one, index) => ({
      ...one,
      at: one.at + (index < 600 ? 0 : 5 * hour),
      value: [600, 601, 702].includes(index) ? 2 : one.value,
    }));
    expect(propose({ minutes, quarters: [] }, "p95", placeholder)).toEqual({
      kind: "measured",
      threshold: 0.6,
      samples: 803,
      fired: { old: 2, new: 2 },
    });
  });

  it("[FIX-1] is not moved by a bad afternoon, however bad, nor by a batch each night", () => {
    const usual = thresholdOf(fortnight());
    for (const minutes of [100, 101, 8 * 60]) {
      const afternoon = fortnight((at) =>
        at >= 9 * day + 12 * hour && at < 9 * day + 12 * hour + minutes * minute ? 8 : undefined,
      );
      expect(thresholdOf(afternoon) / usual).toBeCloseTo(1, 1);
    }
    const batch = fortnight((at) => (at >= 7 * day && at % day < 2 * hour ? 8 : undefined));
    expect(Math.abs(thresholdOf(batch) / usual - 1)).toBeLessThan(0.1);
  });

  it("[FIX-1] lies between those of its days, whatever any one of them was", () => {
    const values = fc.array(fc.double({ min: 0.1, max: 2, noNaN: true }), { minLength: 3, maxLength: 14 });
    const dayOf = (value: number, index: number) =>
      busy(value, 60).map((one) => ({ ...one, at: one.at + index * day }));
    fc.assert(
      fc.property(values, fc.nat(), fc.double({ min: 0, max: 1_000, noNaN: true }), (usual, which, odd) => {
        const [least, most] = [Math.min(...usual) * 1.5, Math.max(...usual) * 1.5];
        const days = [...usual, odd];
        const turned = [...days.slice(which % days.length), ...days.slice(0, which % days.length)];
        const threshold = thresholdOf({ minutes: turned.flatMap(dayOf), quarters: [] });
        expect(threshold).toBeGreaterThanOrEqual(least - 0.001);
        expect(threshold).toBeLessThanOrEqual(most + 0.001);
      }),
    );
  });

  it("[FIX-1] moves a measured threshold by half at most, and never over ten seconds", () => {
    expect(thresholdOf({ minutes: busy(4), quarters: [] }, { threshold: 0.3, measured: true })).toBe(0.45);
    expect(thresholdOf({ minutes: busy(0.1), quarters: [] }, { threshold: 0.9, measured: true })).toBe(0.6);
    expect(thresholdOf({ minutes: busy(90), quarters: [] })).toBe(10);
    expect(thresholdOf({ minutes: busy(90), quarters: [] }, { threshold: 9, measured: true })).toBe(10);
  });
});

const alarm = (service: string, basis: DeployedAlarm["basis"], threshold = 1): DeployedAlarm => ({
  service,
  name: "latencyP95",
  dimensions: {},
  threshold,
  basis,
});

function startTown(
  alarms: readonly DeployedAlarm[],
  minutes: (service: string) => readonly Sample[],
  troubles: readonly Trouble[] = [],
) {
  const stored = new Map<string, Thresholds>();
  const announced: (readonly Outcome[])[] = [];
  const ports = {
    alarms: async () => ({
      latency: alarms,
      outages: alarms.map(({ service }) => ({ service, name: "healthyHosts", rings: false, since: begin })),
    }),
    measure: async <T>(all: readonly DeployedAlarm[], judge: (of: readonly Measured[]) => Promise<T>) =>
      await Promise.all(
        all.map((one) => judge([{ alarm: one, measurement: { minutes: minutes(one.service), quarters: [] } }])),
      ),
    troubles: async () => troubles,
    async store(service: string, thresholds: Thresholds) {
      stored.set(service, thresholds);
    },
    async announce(outcomes: readonly Outcome[]) {
      announced.push(outcomes);
    },
  };
  return { stored, announced, ports };
}

describe("tuning", () => {
  it("[FIX-1] stores what was measured in place of placeholders, and leaves what an operator chose", async () => {
    const town = startTown([alarm("wiki", "placeholder"), alarm("mail", "chosen")], () => busy(0.2));
    await tune(town.ports, { dry: false });
    expect([...town.stored]).toEqual([["wiki", { latencyP95: 0.3 }]]);
  });

  it("[FIX-1] leaves a measured threshold where the difference is small", async () => {
    const town = startTown([alarm("wiki", "measured", 0.29)], () => busy(0.2));
    await tune(town.ports, { dry: false });
    expect(town.stored.size).toBe(0);
    expect(town.announced).toHaveLength(1);
  });

  it("[FIX-1] does not learn from the time in which the service was down", async () => {
    const minutes = () => [...busy(0.2, 200), ...busy(5, 800).map((one) => ({ ...one, at: one.at + day }))];
    const town = startTown([alarm("wiki", "placeholder")], minutes, [
      { from: begin + day, until: Number.POSITIVE_INFINITY },
    ]);
    await tune(town.ports, { dry: false });
    expect([...town.stored]).toEqual([["wiki", { latencyP95: 0.3 }]]);
  });

  it("[FIX-1] can run dry: it says what it would do, and does nothing", async () => {
    const town = startTown([alarm("wiki", "placeholder")], () => busy(0.2));
    const outcomes = await tune(town.ports, { dry: true });
    expect(outcomes).toMatchObject([{ changes: true, proposal: { threshold: 0.3 } }]);
    expect([town.stored.size, town.announced.length]).toEqual([0, 0]);
  });

  it("[FIX-1] reports old, new and how often each would have fired, in a message the chats understand", async () => {
    const quiet = busy(1, 10);
    const alarms = [alarm("wiki", "placeholder"), alarm("mail", "placeholder")];
    const town = startTown(alarms, (service) =>
      service === "wiki" ? [...busy(0.2), { at: begin + day, value: 3, requests: 5_000 }] : quiet,
    );
    const notice = noticeOf(await tune(town.ports, { dry: true }), "prod", new Date(0));
    expect(notice.text).toContain(
      "wiki P95: 1 s (placeholder) → 0.3 s; in 14 days the old would have fired 1 times, the new 1",
    );
    expect(notice.text).toContain("mail P95: 1 s (placeholder) stays, 10 minutes with 200 requests were measured");
    expect(parse(JSON.stringify(notice), 0)).toMatchObject({
      kind: "incident",
      incident: { phase: "notice", severity: "info" },
    });
  });
});

describe("an alarm's history", () => {
  it("[FIX-1] tells when it rang, also where it rang before the first change that is known", () => {
    const changes = [
      { at: 9, summary: "Alarm updated from OK to ALARM" },
      { at: 7, summary: "Alarm updated from ALARM to OK" },
      { at: 5, summary: "Alarm updated from INSUFFICIENT_DATA to ALARM" },
      { at: 2, summary: "Alarm updated from ALARM to INSUFFICIENT_DATA" },
    ];
    expect(troublesIn(changes)).toEqual([
      { from: 9, until: Number.POSITIVE_INFINITY },
      { from: 5, until: 7 },
      { from: 0, until: 2 },
    ]);
  });
});

describe("calls for metrics", () => {
  const all = ["SampleCount", "p95", "p99", "Average"] as const;
  const wishOf = (stats: Wish["stats"], days: number): Wish => ({
    ...{ group: [], stats, from: begin, until: begin + days * day },
  });
  const sizes = (wishes: readonly Wish[], period: number) => callsOf(wishes, period).map(({ length }) => length);

  it("[OPS-7] hold five hundred queries of quarters of days, and a page of minutes", () => {
    const quarters = Array.from({ length: 300 }, () => wishOf(all, 14));
    expect(sizes(quarters, 6 * hour)).toEqual([125, 125, 50]);
    const counts = Array.from({ length: 12 }, () => wishOf(["SampleCount"], 14));
    expect(sizes(counts, minute)).toEqual([5, 5, 2]);
    expect(sizes([wishOf(all, 14), wishOf(all, 14), wishOf(all, 1), wishOf(all, 1)], minute)).toEqual([1, 1, 2]);
  });

  it("[OPS-7] are none for what nothing is asked of", () => {
    const quiet = Array.from({ length: 600 }, () => wishOf([], 14));
    expect(sizes([...quiet, wishOf(all, 14), ...quiet], minute)).toEqual([1_201]);
  });
});

describe("the next deploy", () => {
  const plan = (latencyP95: object) =>
    planStage(
      defineFleet({ ...fleet, alarms: { ...fleet.alarms, latencyP95: { threshold: 1, ...latencyP95 } } }),
      "prod",
      {
        thresholds: { google_workspace: { latencyP95: 0.321 } },
      },
    ).services[0]?.alarms.latencyP95;

  it("[FIX-1] takes what was measured in place of a placeholder, and says so", () => {
    expect(plan({ basis: "placeholder" })).toEqual({ kind: "set", threshold: 0.321, basis: "measured", wakes: false });
  });

  it("[FIX-1] leaves what an operator chose", () => {
    expect(plan({})).toEqual({ kind: "set", threshold: 1, basis: "chosen", wakes: false });
  });
});
