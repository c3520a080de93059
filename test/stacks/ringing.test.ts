import { describe, expect, it } from "vitest";
import { synthesize } from "../synth/synth.ts";
import { requestsOf, type Traffic } from "../synth/traffic.ts";
import { type Life, liveThrough, type Told } from "../synth/virtual-fleet.ts";

const prod = synthesize("prod");
const alarms = [prod.stack("Alarms"), prod.stack("Rates")];

/** Rings and ends, each by its minute: what people are woken with, without the first state of each alarm. */
async function ringsOf(traffic: Omit<Traffic, "seed">, life: Partial<Life> = {}): Promise<readonly Told[]> {
  const requests = requestsOf({ ...traffic, seed: 5 });
  const told = (await liveThrough(alarms, { minutes: traffic.minutes, requests, ...life })).filter(
    ({ wakes }) => wakes,
  );
  return told.filter(
    ({ state, alarm }, at) => state === "ALARM" || told.slice(0, at).some((one) => one.alarm === alarm),
  );
}

/** Those that ECS watches during a release: they tell ECS alone, so that here somebody subscribes to them. */
const guards = prod.stack("Services").subscribed("arn:aws:sns:us-east-1:000000000000:MCPAlerts");

/** Of a release that begins to answer at any second of a minute: until its alarm rings, in seconds, at the latest. */
async function untilTaken({ perMinute, failing = 1 }: { readonly perMinute: number; readonly failing?: number }) {
  const seconds = [0, 0.25, 0.5, 0.75].map(async (offset, seed) => {
    const from = began + offset;
    const requests = requestsOf({
      ...{ perMinute, minutes: 60, seed, arrival: "even" },
      failing: (at) => (at >= from ? failing : 0.001),
    });
    const told = await liveThrough([guards], { minutes: 60, requests });
    const rung = told.find(({ state }) => state === "ALARM");
    return (rung?.at ?? Number.POSITIVE_INFINITY) / 1_000 - from * 60;
  });
  return Math.max(...(await Promise.all(seconds)));
}

/** Fargate brings a task up in a minute or less; two health checks follow, at 30 s each. */
const serveAgainSeconds = 60 + 2 * 30;

const began = 40;
const minutesToRing = ([first]: readonly Told[]) => (first?.at ?? Number.POSITIVE_INFINITY) / 60_000 - began;

describe("people are woken", () => {
  it("[REL-6] once and within two minutes where a service of sixty requests a minute is down", async () => {
    const rings = await ringsOf({ perMinute: 60, minutes: 90, failing: (at) => (at >= began ? 1 : 0.001) });
    expect(rings.map(({ alarm, state }) => [alarm, state])).toEqual([
      ["prod-mcp-google-workspace-failedRequests", "ALARM"],
    ]);
    expect(minutesToRing(rings)).toBeLessThan(2);
  });

  it("[REL-6] within five minutes at one request a minute, and that it is over within the hour", async () => {
    const failing = (at: number) => (at >= began && at < began + 20 ? 1 : 0);
    const rings = await ringsOf({ perMinute: 1, minutes: 120, failing, arrival: "even" });
    expect(rings.map(({ state }) => state)).toEqual(["ALARM", "OK"]);
    expect(minutesToRing(rings)).toBeLessThan(5);
  });

  it("[REL-6] within two minutes where no task is healthy, though nobody asks", async () => {
    const nobody = { perMinute: 0.001, minutes: 60, failing: () => 0 };
    const rings = await ringsOf(nobody, { healthy: (minute) => minute < began });
    expect(rings.map(({ alarm, state }) => [alarm, state])).toEqual([
      ["prod-mcp-google-workspace-healthyHosts", "ALARM"],
    ]);
    expect(minutesToRing(rings)).toBeLessThan(2);
  });

  it("[REL-6] once in four hours in which every other of a few requests fails", async () => {
    const rings = await ringsOf({ perMinute: 1, minutes: 240, failing: () => 0.5, arrival: "even" });
    expect(rings).toHaveLength(1);
  });

  it.each([1, 6, 30])("[REL-6] never where three of a thousand fail, at %d requests a minute", async (perMinute) => {
    expect(await ringsOf({ perMinute, minutes: 240, failing: () => 0.003 })).toEqual([]);
  });
});

describe("a release that answers no call", () => {
  // The first release to fail its calls is the one under way: five minutes are what the bake time leaves room for.
  it.each([{ perMinute: 60 }, { perMinute: 6 }, { perMinute: 1 }, { perMinute: 60, failing: 0.3 }])(
    "[REL-1] is gone within five minutes of its first call, on AWS's periods: %o",
    async (traffic) => {
      expect((await untilTaken(traffic)) + serveAgainSeconds).toBeLessThan(300);
    },
  );

  it("[REL-1] [REL-3] is gone as soon where it answers everything, and nothing as an MCP server", async () => {
    const requests = requestsOf({ perMinute: 60, minutes: 60, seed: 5, failing: () => 0 });
    const told = await liveThrough([guards], { minutes: 60, requests, up: (minute) => minute < began });
    const rung = told.find(({ state }) => state === "ALARM");
    expect(rung?.alarm).toBe("prod-mcp-google-workspace-releaseProbe");
    expect((rung?.at ?? Number.POSITIVE_INFINITY) / 1_000 - began * 60 + serveAgainSeconds).toBeLessThan(300);
  });

  it("[REL-1] [REL-3] is none where one round of the probe fails, or nobody asks", async () => {
    for (const up of [(minute: number) => minute !== began, undefined]) {
      const requests = requestsOf({ perMinute: 60, minutes: 60, seed: 5, failing: () => 0 });
      const told = await liveThrough([guards], { minutes: 60, requests, ...(up && { up }) });
      expect(told.filter(({ state }) => state === "ALARM")).toEqual([]);
    }
  });

  it("[REL-1] is told from one with few failures, which goes on", async () => {
    for (const perMinute of [1, 6, 60]) expect(await untilTaken({ perMinute, failing: 0.003 })).toBe(Infinity);
  });
});
