import * as v from "valibot";
import type { MetricDatum, MetricSink } from "#endpoint/core/ports.ts";
import { parseJson } from "./filter/json-field.ts";

const Directive = v.object({
  Namespace: v.string(),
  Dimensions: v.array(v.array(v.string())),
  Metrics: v.array(v.object({ Name: v.string(), Unit: v.optional(v.string()) })),
});
const Document = v.looseObject({
  _aws: v.object({ Timestamp: v.number(), CloudWatchMetrics: v.array(Directive) }),
});
const Values = v.pipe(v.array(v.number()), v.maxLength(100));

/**
 * Turns a log event in the embedded metric format into metrics, as CloudWatch Logs does with any that arrives.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function extractMetrics(message: string, metrics: MetricSink): void {
  if (!message.includes('"_aws"')) return;
  const parsed = v.safeParse(Document, parseJson(message));
  if (!parsed.success) return;
  const { _aws, ...fields } = parsed.output;
  for (const directive of _aws.CloudWatchMetrics) {
    for (const datum of dataOf(directive, fields)) metrics.put({ ...datum, at: _aws.Timestamp });
  }
}

function dataOf(
  { Namespace, Dimensions, Metrics }: v.InferOutput<typeof Directive>,
  fields: Readonly<Record<string, unknown>>,
): readonly Omit<MetricDatum, "at">[] {
  const sets = Dimensions.map((names) => Object.fromEntries(names.map((name) => [name, String(fields[name] ?? "")])));
  return Metrics.flatMap(({ Name, Unit }) => {
    const values = v.safeParse(Values, [fields[Name]].flat());
    if (!values.success) return [];
    const datum = { namespace: Namespace, metric: Name, ...(Unit !== undefined && { unit: Unit }) };
    return sets.flatMap((dimensions) => values.output.map((value) => ({ ...datum, dimensions, value })));
  });
}
