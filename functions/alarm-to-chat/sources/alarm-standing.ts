import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { alarmOf } from "#chat/decide/mute.ts";
import type { Log, Standing } from "#chat/deliver/ports.ts";
import { cloudwatch } from "../cloudwatch.ts";
import { environment } from "../environment.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html: names in one call. */
const namesAtOnce = 100;
/** In a storm, the first ones: the digest shows no more. */
const most = 500;
/** The message does not wait for longer. */
const atMostMs = 2_000;

export async function standingOf(arns: readonly string[], log: Log): Promise<ReadonlyMap<string, Standing>> {
  const found = new Map<string, Standing>();
  // Alarms of other accounts and regions may publish to the topic: nothing is known of those here.
  const own = environment().CHAT_SECRET_ARN.split(":").slice(3, 5).join(":");
  const known = arns.filter((arn) => arn.split(":").slice(2, 5).join(":") === `cloudwatch:${own}`).slice(0, most);
  const abortSignal = AbortSignal.timeout(atMostMs);
  try {
    for (let from = 0; from < known.length; from += namesAtOnce) {
      const asked = known.slice(from, from + namesAtOnce);
      const AlarmNames = asked.map((arn) => alarmOf(arn) ?? "");
      const AlarmTypes = ["MetricAlarm" as const, "CompositeAlarm" as const];
      const { MetricAlarms = [], CompositeAlarms = [] } = await cloudwatch.send(
        new DescribeAlarmsCommand({ AlarmNames, AlarmTypes, MaxRecords: namesAtOnce }),
        { abortSignal },
      );
      for (const arn of asked) found.set(arn, "gone");
      for (const { AlarmArn = "", ActionsEnabled, StateValue } of [...MetricAlarms, ...CompositeAlarms])
        found.set(AlarmArn, StateValue === "OK" ? "over" : ActionsEnabled === false ? "silenced" : "lasting");
    }
  } catch (error) {
    const reason = error instanceof Error ? error.name : "unknown";
    log({ level: "warn", message: "Not looked up: how alarms stand", reason });
  }
  return found;
}
