import { describe, expect, it } from "vitest";
import { estimate } from "#cli/cost/estimate.ts";
import { showCost } from "#cli/cost/show.ts";
import { planStage } from "#fleet";
import fixture from "../../fixture/map.ts";
import { terminal } from "../../fixture/terminal.ts";
import { plan } from "./doctor/examination.ts";

it("sums what a stage costs in a month, and what one more service adds", () => {
  const { lines, monthly, oneMore } = estimate(plan);
  const service = lines.find(({ what }) => what.startsWith("google_workspace"));
  // 730 h × (0.25 vCPU × 0.04048 + 0.5 GB × 0.004445), and its alarms: eight at 0.10, eight at 0.20, one at 0.50,
  // three on a release, of nine metrics; the probe's at 0.10, and its metric at 0.30
  expect(service?.monthly).toBeCloseTo(9.01, 2);
  expect(oneMore).toBeCloseTo(13.21, 2);
  expect(lines.find(({ what }) => what === "2 × NAT gateway")?.monthly).toBeCloseTo(65.7, 2);
  expect(monthly).toBeCloseTo(
    lines.reduce((sum, line) => sum + line.monthly, 0),
    6,
  );
});

describe("one more service", () => {
  it("adds to a stage what the estimate says it would", () => {
    const slack = { host: "slack", image: "registry.example.com/slack:1", port: 8001, cpu: 256, memory: 512 } as const;
    const more = planStage({ ...fixture, services: { ...fixture.services, slack } }, "prod");
    expect(estimate(more).monthly - estimate(plan).monthly).toBeCloseTo(estimate(plan).oneMore, 6);
  });

  it("costs less on ARM, and nothing but its alarms at zero", () => {
    const [workspace] = plan.services;
    if (workspace === undefined) throw new Error("The fixture has a service.");
    const withService = (changed: Partial<typeof workspace>) =>
      estimate({ ...plan, services: [{ ...workspace, ...changed }] }).lines[0];
    expect(withService({ architecture: "ARM64" })).toMatchObject({
      what: "google_workspace: 1 × 0.25 vCPU ARM, 0.5 GB",
      monthly: expect.closeTo(7.21, 2),
    });
    expect(withService({ desiredCount: 0 })?.monthly).toBe(0);
  });
});

it("names what it has no price for, and the date of its prices", () => {
  const rare = { ...plan, redis: { ...plan.redis, nodeType: "cache.r7g.16xlarge" } };
  expect(estimate(rare).unpriced).toEqual(["Redis node cache.r7g.16xlarge"]);
  const text = showCost(rare, "text", terminal.paint).join("\n");
  expect(text).toMatch(/not counted: Redis node/);
  expect(text).toMatch(/us-east-1 as of \d{4}-\d{2}/);
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
});

it("is nothing on this machine, for people and for programs", () => {
  const local = planStage(fixture, "local");
  expect(showCost(local, "text", terminal.paint).join()).toContain("costs nothing");
  expect(JSON.parse(showCost(local, "json", terminal.paint).join(""))).toMatchObject({ lines: [], monthly: 0 });
});
