import {
  type CompositeAlarm,
  type DescribeAlarmsCommandInput,
  type MetricAlarm,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { names, type StagePlan } from "#fleet";
import { isSilent } from "#fleet/release-alarm.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Clients } from "./clients.ts";

export async function readAlarms(plan: StagePlan, { cloudWatch }: Clients): Promise<readonly Alarm[]> {
  const AlarmNamePrefix = `${plan.stage}-mcp-`;
  const alarms: Alarm[] = [];
  const input: DescribeAlarmsCommandInput = { AlarmNamePrefix, AlarmTypes: ["MetricAlarm", "CompositeAlarm"] };
  for await (const { MetricAlarms = [], CompositeAlarms = [] } of paginateDescribeAlarms(
    { client: cloudWatch },
    input,
  )) {
    const own = [...MetricAlarms, ...CompositeAlarms].filter(({ AlarmName = "" }) => !isSilent(AlarmName));
    alarms.push(...own.map((alarm) => alarmOf(plan, alarm, AlarmNamePrefix)));
  }
  return alarms.toSorted((a, b) => a.name.localeCompare(b.name));
}

function alarmOf(plan: StagePlan, alarm: MetricAlarm | CompositeAlarm, stagePrefix: string): Alarm {
  const { AlarmName: name = "", StateValue, StateReason = "", StateUpdatedTimestamp } = alarm;
  const watched = plan.services
    .map(({ key }) => ({ key, prefix: names.alarm(plan.stage, key, "") }))
    .filter(({ prefix }) => name.startsWith(prefix))
    // One service's name may begin with another's: the longest is meant.
    .toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
  return {
    name,
    ...(watched === undefined ? {} : { service: watched.key }),
    subject: name.slice((watched?.prefix ?? stagePrefix).length),
    state: StateValue ?? "INSUFFICIENT_DATA",
    reason: StateReason,
    since: StateUpdatedTimestamp?.getTime() ?? 0,
  };
}
