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
