import { describe, expect, it } from "vitest";
import { TrafficWindow } from "#console/traffic-window.ts";

const start = 1_000_000;

function window(requests: readonly { at: number; service?: string; status?: number; ms?: number }[]): TrafficWindow {
  const traffic = new TrafficWindow();
  for (const { at, service = "echo", status = 200, ms = 1 } of requests) {
    traffic.record({ at: start + at, service, host: "", method: "GET", path: "/", status, ms });
  }
  return traffic;
}

describe("the traffic of the last minute", () => {
  it("is counted by service and second, the second under way left out", () => {
    const [echo, other] = window([
      { at: 0 },
      { at: 999 },
      { at: 2000 },
      { at: 3500 },
      { at: 2000, service: "other" },
    ]).read(start + 3600);
    expect(echo).toMatchObject({ service: "echo", rate: 0.3 });
    expect(echo?.counts).toHaveLength(60);
    expect(echo?.counts.slice(-3)).toEqual([2, 0, 1]);
    expect(other).toMatchObject({ service: "other", rate: 0.1 });
  });

  it("has the 95th percentile and the errors of the minute", () => {
    const requests = Array.from({ length: 100 }, (_, ms) => ({ at: ms, ms: ms + 1, status: ms < 3 ? 502 : 200 }));
    expect(window(requests).read(start + 1000)[0]).toMatchObject({ p95: 95, errors: 3 });
  });

  it("forgets what is older", () => {
    const [echo] = window([{ at: 0, status: 500 }]).read(start + 61_000);
    expect(echo).toMatchObject({ rate: 0, errors: 0 });
    expect(echo).not.toHaveProperty("p95");
  });

  it("keeps a fair sample of a second with very many requests", () => {
    const requests = Array.from({ length: 20_000 }, (_, number) => ({ at: number / 20, ms: number % 1000 }));
    const [echo] = window(requests).read(start + 1000);
    expect(echo?.counts.at(-1)).toBe(20_000);
    expect(echo?.p95).toBeGreaterThan(870);
    expect(echo?.p95).toBeLessThan(1000);
  });
});
