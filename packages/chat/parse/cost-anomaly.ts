import * as v from "valibot";
import { figure } from "../text/figure.ts";
import { type NoticeReading, placeFact } from "./notice-object.ts";
import { scalarsOf } from "./scalars.ts";

const CostAnomaly = v.object({
  monitorName: v.optional(v.string()),
  dimensionalValue: v.optional(v.string()),
  impact: v.object({ totalImpact: v.number() }),
  rootCauses: v.optional(v.array(v.object({ service: v.optional(v.string()), usageType: v.optional(v.string()) })), []),
});

/** https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html */
export function readCostAnomaly(value: unknown): NoticeReading | undefined {
  const parsed = v.safeParse(CostAnomaly, value);
  if (!parsed.success) return undefined;
  const { impact, rootCauses, dimensionalValue, monitorName } = parsed.output;
  const [cause] = rootCauses;
  const where = cause?.service ?? dimensionalValue ?? monitorName ?? "an account";
  return {
    title: `Cost anomaly in ${where}: ${figure(impact.totalImpact)} USD more than expected`,
    severity: "warning",
    facts: [
      ...(cause?.usageType ? [{ name: "Usage", value: cause.usageType }] : []),
      ...(monitorName ? [{ name: "Monitor", value: monitorName }] : []),
      ...placeFact(scalarsOf(value), {}),
    ],
    text: "",
  };
}
