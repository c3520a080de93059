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
      "For a stage on AWS: fleet cost --stage <stage>",
    ];
  const rows = [
    ...lines.map(({ what, monthly: one }) => [what, dollars(one)]),
    [paint.bold("a month, used or not"), paint.bold(dollars(monthly))],
  ];
  const { balancerUnitHour, natGatewayGigabyte, logGigabyte, webAclMillion } = prices;
  const { waf, encryptionKey } = plan.controls;
  const notes = [
    `One more service (0.25 vCPU, 0.5 GB, its alarms): ${dollars(oneMore).trim()} USD a month.`,
    ...(plan.services.some(({ scaling }) => scaling !== undefined)
      ? ["What is scaled is counted at its minimum; Spot's price follows supply."]
      : []),
    ...unpriced.map((what) => `No price known, so not counted: ${what}.`),
    `Plus usage: ${balancerUnitHour} USD per LCU-hour of a balancer, ${natGatewayGigabyte} per GB through NAT, ${logGigabyte.toFixed(2)} per GB of logs, traffic to the internet, functions and queues.`,
    ...(waf === undefined ? [] : [`WAF adds ${webAclMillion.toFixed(2)} USD per million requests.`]),
    ...(encryptionKey === undefined ? [] : ["A key of your own adds 0.03 USD per 10,000 calls of KMS."]),
    `List prices of ${prices.region} as of ${prices.asOf}, without free tiers${plan.region === prices.region ? "" : `; they differ in ${plan.region}`}.`,
  ];
  return [...table(["WHAT", "     USD"], rows), "", ...notes.flatMap((note) => fold(note, columns))];
}

function dollars(amount: number): string {
  return amount.toFixed(2).padStart(8);
}
