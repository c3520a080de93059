import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { numeric, tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { Alarm } from "../alarm.ts";
import type { Alarms } from "../alarms.ts";
import {
  compositeAlarm,
  compositeAlarmProperties,
  dimensionList,
  dimensionsOf,
  metricAlarm,
  metricAlarmProperties,
} from "../definition.ts";
import { describeCompositeAlarm, describeHistoryItem, describeMetricAlarm, moment } from "../description.ts";
import type { CloudWatchEngine } from "../engine.ts";
import { keyOf } from "../metrics.ts";
import { page } from "../page.ts";

const alarmNames = v.object({ AlarmNames: v.array(v.string()) });
const onResource = v.object({ ResourceARN: v.string() });
const stateValue = v.picklist(["OK", "ALARM", "INSUFFICIENT_DATA"]);
const alarmType = v.picklist(["MetricAlarm", "CompositeAlarm"]);
const pageSchema = {
  MaxRecords: v.optional(v.pipe(numeric, v.minValue(1), v.maxValue(100)), 100),
  NextToken: v.optional(v.string()),
};

export function alarmOperations({ alarms }: CloudWatchEngine): Operations {
  return {
    PutMetricAlarm: define(metricAlarmProperties, (input) => {
      alarms.put(metricAlarm(input), tagsIn(input.Tags));
      return {};
    }),
    PutCompositeAlarm: define(compositeAlarmProperties, (input) => {
      alarms.put(compositeAlarm(input), tagsIn(input.Tags));
      return {};
    }),
    DeleteAlarms: define(alarmNames, ({ AlarmNames }) => {
      for (const name of AlarmNames) alarms.delete(name);
      return {};
    }),
    EnableAlarmActions: define(alarmNames, ({ AlarmNames }) => {
      for (const name of AlarmNames) alarms.setActionsEnabled(name, true);
      return {};
    }),
    DisableAlarmActions: define(alarmNames, ({ AlarmNames }) => {
      for (const name of AlarmNames) alarms.setActionsEnabled(name, false);
      return {};
    }),
    SetAlarmState: define(
      v.object({
        AlarmName: v.string(),
        StateValue: stateValue,
        StateReason: v.string(),
        StateReasonData: v.optional(v.string()),
      }),
      ({ AlarmName, StateValue, StateReason, StateReasonData }) => {
        checkReasonData(StateReasonData);
        alarms.setState(AlarmName, {
          value: StateValue,
          reason: StateReason,
          ...(StateReasonData !== undefined && { reasonData: StateReasonData }),
        });
        return {};
      },
    ),
    TagResource: define(v.object({ ...onResource.entries, Tags: tagList }), ({ ResourceARN, Tags }) => {
      const { tags } = tagged(alarms, ResourceARN);
      for (const { Key, Value } of Tags) tags.set(Key, Value);
      return {};
    }),
    UntagResource: define(v.object({ ...onResource.entries, TagKeys: v.array(v.string()) }), (input) => {
      const { tags } = tagged(alarms, input.ResourceARN);
      for (const key of input.TagKeys) tags.delete(key);
      return {};
    }),
    ListTagsForResource: define(onResource, ({ ResourceARN }) => ({
      Tags: [...tagged(alarms, ResourceARN).tags].map(([Key, Value]) => ({ Key, Value })),
    })),
    ...queries(alarms),
  };
}

function queries(alarms: Alarms): Operations {
  return {
    DescribeAlarms: define(
      v.object({
        ...pageSchema,
        AlarmNames: v.optional(v.pipe(v.array(v.string()), v.maxLength(100))),
        AlarmNamePrefix: v.optional(v.string(), ""),
        // Without types, AWS answers with metric alarms alone.
        AlarmTypes: v.optional(v.array(alarmType), ["MetricAlarm"]),
        StateValue: v.optional(stateValue),
        ActionPrefix: v.optional(v.string()),
      }),
      (input) => {
        const found = alarms
          .all()
          .filter(({ definition }) => input.AlarmNames === undefined || input.AlarmNames.includes(definition.name))
          .filter(({ definition }) => definition.name.startsWith(input.AlarmNamePrefix))
          .filter(({ definition }) =>
            input.AlarmTypes.includes(definition.kind === "metric" ? "MetricAlarm" : "CompositeAlarm"),
          )
          .filter(({ state }) => input.StateValue === undefined || state.value === input.StateValue)
          .filter((alarm) => input.ActionPrefix === undefined || hasAction(alarm, input.ActionPrefix))
          .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
        const { items, NextToken } = page(found, input.MaxRecords, input.NextToken);
        return { ...byType(items), NextToken };
      },
    ),
    DescribeAlarmsForMetric: define(
      v.object({
        MetricName: v.string(),
        Namespace: v.string(),
        Dimensions: dimensionList,
        Statistic: v.optional(v.string()),
        ExtendedStatistic: v.optional(v.string()),
        Period: v.optional(numeric),
        Unit: v.optional(v.string()),
      }),
      (input) => {
        const identity = {
          namespace: input.Namespace,
          metric: input.MetricName,
          dimensions: dimensionsOf(input.Dimensions),
        };
        const stat = input.Statistic ?? input.ExtendedStatistic;
        const found = alarms.all().filter(({ definition }) => {
          if (definition.kind !== "metric" || definition.watched.kind !== "metric") return false;
          const { reference } = definition.watched;
          return (
            keyOf(reference) === keyOf(identity) &&
            (stat === undefined || reference.stat === stat) &&
            (input.Period === undefined || reference.period === input.Period) &&
            (input.Unit === undefined || reference.unit === input.Unit)
          );
        });
        return { MetricAlarms: byType(found).MetricAlarms };
      },
    ),
    DescribeAlarmHistory: define(
      v.object({
        ...pageSchema,
        AlarmName: v.optional(v.string()),
        AlarmTypes: v.optional(v.array(alarmType), ["MetricAlarm"]),
        HistoryItemType: v.optional(v.picklist(["ConfigurationUpdate", "StateUpdate", "Action"])),
        StartDate: v.optional(moment, 0),
        EndDate: v.optional(moment, Number.MAX_SAFE_INTEGER),
        ScanBy: v.optional(v.picklist(["TimestampDescending", "TimestampAscending"]), "TimestampDescending"),
      }),
      (input) => {
        const found = alarms.history
          .items()
          .filter((item) =>
            input.AlarmName === undefined ? input.AlarmTypes.includes(item.alarmType) : item.alarm === input.AlarmName,
          )
          .filter((item) => input.HistoryItemType === undefined || item.type === input.HistoryItemType)
          .filter((item) => item.at >= input.StartDate && item.at <= input.EndDate);
        const ordered = input.ScanBy === "TimestampAscending" ? found.toReversed() : found;
        const { items, NextToken } = page(ordered, input.MaxRecords, input.NextToken);
        return { AlarmHistoryItems: items.map(describeHistoryItem), NextToken };
      },
    ),
  };
}

function byType(alarms: readonly Alarm[]) {
  return {
    MetricAlarms: alarms.flatMap((alarm) =>
      alarm.definition.kind === "metric" ? [describeMetricAlarm(alarm, alarm.definition)] : [],
    ),
    CompositeAlarms: alarms.flatMap((alarm) =>
      alarm.definition.kind === "composite" ? [describeCompositeAlarm(alarm, alarm.definition)] : [],
    ),
  };
}

function hasAction({ definition }: Alarm, prefix: string): boolean {
  const { ok, alarm, insufficientData } = definition.actions;
  return [...ok, ...alarm, ...insufficientData].some((action) => action.startsWith(prefix));
}

function tagged(alarms: Alarms, arn: string): Alarm {
  const alarm = alarms.find(arn);
  if (alarm === undefined) throw new AwsError("ResourceNotFoundException", `The resource ${arn} does not exist.`, 404);
  return alarm;
}

function tagsIn(tags: v.InferOutput<typeof tagList>): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

function checkReasonData(reasonData: string | undefined): void {
  if (reasonData === undefined) return;
  try {
    JSON.parse(reasonData);
  } catch {
    throw new AwsError("InvalidFormat", "StateReasonData is not valid JSON.");
  }
}
