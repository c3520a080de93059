import type { StagePlan } from "#fleet";
import { columns, fold, table } from "../table.ts";
import type { Paint } from "../terminal.ts";
import { estimate } from "./estimate.ts";
import { prices } from "./prices.ts";

export function showCost(plan: StagePlan, format: "text" | "json", paint: Paint): readonly string[] {
  const { lines, monthly, oneMore, unpriced } = estimate(plan);
  if (format === "json") {
    const priceList = { region: prices.region, asOf: prices.asOf };
    const document = { stage: plan.stage, currency: "USD", prices: priceList, lines, monthly, oneMore, unpriced };
    return [JSON.stringify(document, undefined, 2)];
  }
  if (plan.runsOn === "loopback")
    return [
      `Stage ${plan.stage} runs on this machine: it costs nothing.`,
      "For one on AWS: fleet cost --stage <stage>",
    ];
  const rows = [
    ...lines.map(({ what, monthly: one }) => [what, dollars(one)]),
    [paint.bold("a month, whether used or not"), paint.bold(dollars(monthly))],
  ];
  const { balancerUnitHour, natGatewayGigabyte, logGigabyte } = prices;
  const notes = [
    `One more service (0.25 vCPU, 0.5 GB, its alarms): ${dollars(oneMore).trim()} USD a month.`,
    ...unpriced.map((what) => `Not in the table of prices, and not counted: ${what}.`),
    `By use, on top: ${balancerUnitHour} USD an LCU-hour of a balancer, ${natGatewayGigabyte} a GB through NAT, ${logGigabyte.toFixed(2)} a GB of logs, data to the internet, and what functions and queues do.`,
    `List prices of ${prices.region} as of ${prices.asOf}, without free tiers${plan.region === prices.region ? "" : `; ${plan.region} has others`}.`,
  ];
  return [...table(["WHAT", "     USD"], rows), "", ...notes.flatMap((note) => fold(note, columns))];
}

function dollars(amount: number): string {
  return amount.toFixed(2).padStart(8);
}
