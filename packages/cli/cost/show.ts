import type { StagePlan } from "#fleet";
import { fold, table } from "../table.ts";
import type { Paint } from "../terminal.ts";
import { estimate } from "./estimate.ts";
import { prices } from "./prices.ts";

export function showCost(plan: StagePlan, format: "text" | "json", paint: Paint): readonly string[] {
  const { lines, monthly, oneMore, unpriced } = estimate(plan);
  if (format === "json") {
    const document = { stage: plan.stage, currency: "USD", prices: prices.asOf, lines, monthly, oneMore, unpriced };
    return [JSON.stringify(document, undefined, 2)];
  }
  if (plan.runsOn === "loopback") return [`Stage ${plan.stage} runs on this machine: it costs nothing.`];
  const rows = [
    ...lines.map(({ what, monthly: one }) => [what, dollars(one)]),
    [paint.bold("a month"), paint.bold(dollars(monthly))],
  ];
  const notes = [
    `One more service (0.25 vCPU, 0.5 GB): ${dollars(oneMore).trim()} USD a month.`,
    ...unpriced.map((what) => `Not in the table of prices, and not counted: ${what}.`),
    `List prices of ${prices.region}, ${prices.asOf}${plan.region === prices.region ? "" : `; ${plan.region} has others`}. Traffic, logs and calls come on top: they follow use.`,
  ];
  return [...table(["WHAT", "USD"], rows), "", ...notes.flatMap((note) => fold(note, 80))];
}

function dollars(amount: number): string {
  return amount.toFixed(2).padStart(8);
}
