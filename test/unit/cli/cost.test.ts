import { expect, it } from "vitest";
import { estimate } from "#cli/cost/estimate.ts";
import { showCost } from "#cli/cost/show.ts";
import shipped from "#config";
import { planStage } from "#fleet";
import { plan, terminal } from "./doctor/examination.ts";

it("sums what a stage costs in a month, and what one more service adds", () => {
  const { lines, monthly, oneMore } = estimate(plan);
  const service = lines.find(({ what }) => what.startsWith("google_workspace"));
  // 730 h × (0.25 vCPU × 0.04048 + 0.5 GB × 0.004445), and six alarms at 0.10
  expect(service?.monthly).toBeCloseTo(9.61, 2);
  expect(oneMore).toBeCloseTo(9.61, 2);
  expect(lines.find(({ what }) => what === "2 × NAT gateway")?.monthly).toBeCloseTo(65.7, 2);
  expect(monthly).toBeCloseTo(
    lines.reduce((sum, line) => sum + line.monthly, 0),
    6,
  );
});

it("names what it has no price for, and the date of its prices", () => {
  const rare = { ...plan, redis: { ...plan.redis, nodeType: "cache.r7g.16xlarge" } };
  expect(estimate(rare).unpriced).toEqual(["Redis node cache.r7g.16xlarge"]);
  expect(showCost(rare, "text", terminal.paint).join("\n")).toMatch(
    /not counted: Redis node.*\n.*us-east-1, \d{4}-\d{2}/,
  );
});

it("is nothing on this machine", () => {
  expect(showCost(planStage(shipped, "local"), "text", terminal.paint).join()).toContain("costs nothing");
});
