import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "#chat/parse/index.ts";
import { defineFleet, planStage } from "#fleet";
import { type Minute, propose } from "../../../functions/tune-alarms/baseline.ts";
import { noticeOf } from "../../../functions/tune-alarms/notice.ts";
import { type DeployedAlarm, type Outcome, type Thresholds, tune } from "../../../functions/tune-alarms/tune.ts";
import fleet from "../../fixture/map.ts";

const busy = (value: number, count = 1_000): Minute[] =>
  Array.from({ length: count }, () => ({ value, samples: 5_000 }));

describe("a baseline", () => {
  it("[FIX-1] is what nearly every minute stays under and half as much again, to the millisecond", () => {
    expect(propose(busy(0.2137), "p95", 1)).toMatchObject({ kind: "measured", threshold: 0.321 });
  });

  it("[FIX-1] is not made from minutes with too few requests for a percentile", () => {
    const quiet = busy(3).map(({ value }) => ({ value, samples: 199 }));
    expect(propose(quiet, "p95", 1)).toEqual({ kind: "too-few", minutes: 0, samplesNeeded: 200 });
    expect(
      propose(
        busy(3).map(({ value }) => ({ value, samples: 999 })),
        "p99",
        1,
      ),
    ).toMatchObject({ kind: "too-few", samplesNeeded: 1_000 });
    expect(propose([...busy(0.2, 500), ...quiet], "p95", 1)).toMatchObject({ kind: "measured", threshold: 0.3 });
  });

  it("[FIX-1] does not count a gap as zero, and says how often each threshold would have fired", () => {
    const gap = Array.from({ length: 300 }, () => undefined);
    const minutes = [...busy(0.4, 600), ...gap, ...busy(2, 2), ...busy(0.4, 100), ...busy(2, 1), ...busy(0.4, 100)];
    expect(propose(minutes, "p95", 1)).toEqual({
      kind: "measured",
      threshold: 0.6,
      minutes: 803,
      fired: { old: 2, new: 2 },
    });
  });

  it("[FIX-1] never rounds up to whole seconds, and never lets the usual minute set it off", () => {
    const values = fc.array(fc.double({ min: 0.04, max: 5, noNaN: true }), { minLength: 120, maxLength: 400 });
    fc.assert(
      fc.property(values, (seconds) => {
        const proposal = propose(
          seconds.map((value) => ({ value, samples: 1_000 })),
          "p95",
          1,
        );
        if (proposal.kind !== "measured") throw new Error("Enough was measured.");
        const over = seconds.filter((value) => value > proposal.threshold).length;
        expect(over / seconds.length).toBeLessThanOrEqual(0.01);
        expect(proposal.threshold).toBeLessThan(Math.max(...seconds) * 1.5 + 0.06);
      }),
    );
  });
});

const alarm = (service: string, basis: DeployedAlarm["basis"], threshold = 1): DeployedAlarm => ({
  service,
  name: "latencyP95",
  dimensions: {},
  threshold,
  basis,
});

function startTown(alarms: readonly DeployedAlarm[], minutes: (service: string) => readonly Minute[]) {
  const stored = new Map<string, Thresholds>();
  const announced: (readonly Outcome[])[] = [];
  const ports = {
    alarms: async () => alarms,
    measure: async ({ service }: DeployedAlarm) => minutes(service),
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

  it("[FIX-1] can run dry: it says what it would do, and does nothing", async () => {
    const town = startTown([alarm("wiki", "placeholder")], () => busy(0.2));
    const outcomes = await tune(town.ports, { dry: true });
    expect(outcomes).toMatchObject([{ changes: true, proposal: { threshold: 0.3 } }]);
    expect([town.stored.size, town.announced.length]).toEqual([0, 0]);
  });

  it("[FIX-1] reports old, new and how often each would have fired, in a message the chats understand", async () => {
    const quiet = busy(1, 10);
    const alarms = [alarm("wiki", "placeholder"), alarm("mail", "placeholder")];
    const town = startTown(alarms, (service) => (service === "wiki" ? [...busy(0.2), ...busy(3, 1)] : quiet));
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
    expect(plan({ basis: "placeholder" })).toEqual({ kind: "set", threshold: 0.321, basis: "measured" });
  });

  it("[FIX-1] leaves what an operator chose", () => {
    expect(plan({})).toEqual({ kind: "set", threshold: 1, basis: "chosen" });
  });
});
