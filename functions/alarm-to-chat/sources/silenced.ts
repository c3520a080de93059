import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import type { Log } from "#chat/deliver/ports.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html: names in one call. */
const namesAtOnce = 100;
/** In a storm, the first ones: the digest shows no more. */
const most = 500;
/** The message does not wait for longer. */
const atMostMs = 2_000;

/** Those whose actions are disabled; what cannot be looked up counts as heard. */
export async function silencedOf(alarms: readonly string[], log: Log): Promise<ReadonlySet<string>> {
  const silenced = new Set<string>();
  const client = new CloudWatchClient({});
  const abortSignal = AbortSignal.timeout(atMostMs);
  try {
    for (let from = 0; from < Math.min(alarms.length, most); from += namesAtOnce) {
      const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
        new DescribeAlarmsCommand({
          AlarmNames: alarms.slice(from, from + namesAtOnce),
          AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
          MaxRecords: namesAtOnce,
        }),
        { abortSignal },
      );
      for (const { AlarmName = "", ActionsEnabled } of [...MetricAlarms, ...CompositeAlarms])
        if (ActionsEnabled === false) silenced.add(AlarmName);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.name : "unknown";
    log({ level: "warn", message: "Not looked up: whether alarms are muted", reason });
  }
  return silenced;
}
