import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { Source } from "#chat/card/enrichment.ts";
import { durationOf } from "#chat/text/duration.ts";
import { cloudwatch } from "../cloudwatch.ts";

const spanMs = 60 * 60_000;
/** As many columns as a phone shows in a line. */
const columns = 30;

/** The metric an alarm watches, over the last hour; a gap stays a gap. */
export const history: Source = async ({ incident }) => {
  const { story } = incident;
  if (story.kind !== "alarm" || story.watch.kind !== "metric") return {};
  const { namespace, metric, statistic, dimensions } = story.watch;
  const period = spanMs / columns / 1000;
  const end = Math.ceil(Date.now() / (period * 1000)) * period * 1000;
  const { MetricDataResults } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(end - spanMs),
      EndTime: new Date(end),
      MetricDataQueries: [
        {
          Id: "watched",
          MetricStat: {
            Metric: {
              Namespace: namespace,
              MetricName: metric,
              Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
            },
            Period: period,
            Stat: statistic,
          },
        },
      ],
    }),
  );
  const values = new Array<number | undefined>(columns).fill(undefined);
  const result = MetricDataResults?.[0];
  for (const [index, timestamp] of (result?.Timestamps ?? []).entries()) {
    const column = Math.floor((timestamp.getTime() - (end - spanMs)) / (period * 1000));
    values[column] = result?.Values?.[index];
  }
  if (values.every((value) => value === undefined)) return {};
  return { history: { label: `${metric} ${statistic}, the last ${durationOf(spanMs)}`, values } };
};
