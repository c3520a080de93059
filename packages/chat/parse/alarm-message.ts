import * as v from "valibot";
import { isRoadTest } from "../incident/road-test.ts";
import type { Story } from "../incident/story.ts";
import type { Watch } from "../incident/watch.ts";
import { identityOf, phaseOf, serviceOf, severityOfChange } from "./alarm.ts";
import { timeOf } from "./envelope.ts";
import { present, text, texts } from "./field.ts";
import type { Parsed, Reader } from "./reader.ts";
import { comparisonOf, readingsOf } from "./reason.ts";
import { regionOfTitle } from "./region.ts";
import { Trigger, watchOfTrigger } from "./watch.ts";

/**
 * What CloudWatch publishes to a topic.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
const AlarmMessage = v.object({
  AlarmName: v.string(),
  NewStateValue: v.string(),
  AlarmArn: text,
  AlarmDescription: text,
  AWSAccountId: text,
  NewStateReason: text,
  OldStateValue: text,
  Region: text,
  StateChangeTime: text,
  AlarmRule: text,
  TriggeringChildren: v.fallback(v.array(v.object({ Arn: v.string() })), []),
  AlarmContributorId: text,
  AlarmContributorAttributes: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
  /** Of an alarm on a query of logs. */
  LogGroups: texts,
  QueryString: text,
  Trigger: v.fallback(v.optional(Trigger), undefined),
});
type AlarmMessage = v.InferOutput<typeof AlarmMessage>;

export const readAlarmMessage: Reader = ({ json, topicArn, at: sentAt }) => {
  const parsed = v.safeParse(AlarmMessage, json);
  if (!parsed.success) return undefined;
  const message = parsed.output;
  const arn = message.AlarmArn ?? message.AlarmName;
  const at = timeOf(message.StateChangeTime ?? undefined) ?? sentAt;
  const phase = phaseOf(message.NewStateValue);
  if (isRoadTest(message.AlarmName)) return readRoadTest(message.AlarmName, arn, message.NewStateValue, at);
  const watch = watchOf(message);
  return {
    kind: "incident",
    incident: {
      ...identityOf(arn, message.NewStateValue, at, message.AlarmContributorId ?? undefined),
      at,
      phase,
      severity: severityOfChange(watch, phase, message.AlarmDescription),
      service: serviceOf(watch, message.AlarmName),
      story: storyOf(message, arn, watch, topicArn),
    },
  };
};

function storyOf(message: AlarmMessage, arn: string, watch: Watch, topicArn: string | undefined): Story {
  return {
    kind: "alarm",
    name: message.AlarmName,
    arn,
    // Older messages have no ARN.
    region: arn.split(":")[3] ?? regionOfTitle(message.Region ?? "") ?? topicArn?.split(":")[3] ?? "",
    account: message.AWSAccountId ?? arn.split(":")[4] ?? "",
    description: present(message.AlarmDescription),
    reason: present(message.NewStateReason),
    previous: message.OldStateValue == null ? undefined : { value: message.OldStateValue, since: undefined },
    watch,
    readings: [...readingsOf(message.NewStateReason ?? "")],
    contributor: contributorOf(message.AlarmContributorId, message.AlarmContributorAttributes),
  };
}

/** For an alarm that watches nothing, missing data is no news. */
function readRoadTest(alarm: string, arn: string, state: string, at: number): Parsed {
  const phase = phaseOf(state);
  if (phase === "no-data") return { kind: "ignored", why: `${alarm} has not been set off` };
  const identity = identityOf(arn, state, at, undefined);
  const story = { kind: "road-test", alarm } as const;
  return { kind: "incident", incident: { ...identity, at, phase, severity: "info", service: undefined, story } };
}

function watchOf({
  Trigger,
  AlarmRule,
  TriggeringChildren,
  LogGroups,
  QueryString,
  NewStateReason,
}: AlarmMessage): Watch {
  if (AlarmRule != null) {
    return { kind: "composite", rule: AlarmRule, children: TriggeringChildren.map(({ Arn }) => nameOfAlarm(Arn)) };
  }
  const reason = NewStateReason ?? "";
  if (LogGroups.length > 0 || QueryString != null)
    return { kind: "log", groups: LogGroups, query: QueryString ?? "", limit: comparisonOf(reason) };
  return Trigger === undefined ? { kind: "unstated", limit: comparisonOf(reason) } : watchOfTrigger(Trigger, reason);
}

export function nameOfAlarm(arn: string): string {
  return arn.split(":alarm:")[1] ?? arn;
}

export function contributorOf(
  id: string | null | undefined,
  attributes: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const named = Object.entries(attributes ?? {}).map(([name, value]) => `${name}=${value}`);
  return named.length > 0 ? named.join(", ") : (id ?? undefined);
}
