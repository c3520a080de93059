import * as v from "valibot";
import type { Watch } from "../incident/incident.ts";
import { isRoadTest } from "../incident/road-test.ts";
import { identityOf, phaseOf, serviceOf, severityOfChange } from "./alarm.ts";
import { timeOf } from "./envelope.ts";
import type { Parsed, Reader } from "./reader.ts";
import { Trigger, text, watchOfTrigger } from "./watch.ts";

/**
 * What CloudWatch publishes to a topic.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
const AlarmMessage = v.object({
  AlarmName: v.string(),
  NewStateValue: v.string(),
  AlarmArn: text,
  AlarmDescription: text,
  NewStateReason: text,
  OldStateValue: text,
  StateChangeTime: text,
  AlarmRule: text,
  TriggeringChildren: v.fallback(v.array(v.object({ Arn: v.string() })), []),
  AlarmContributorId: text,
  AlarmContributorAttributes: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
  Trigger: v.fallback(v.optional(Trigger), undefined),
});
type AlarmMessage = v.InferOutput<typeof AlarmMessage>;

export const readAlarmMessage: Reader = ({ json, at: sentAt }) => {
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
      story: {
        kind: "alarm",
        name: message.AlarmName,
        arn,
        // `Region` is a name for people, such as "US East (N. Virginia)".
        region: arn.split(":")[3] ?? "",
        description: message.AlarmDescription ?? undefined,
        reason: message.NewStateReason ?? undefined,
        previous: message.OldStateValue == null ? undefined : { value: message.OldStateValue, since: undefined },
        watch,
        readings: readingsOf(message.NewStateReason ?? ""),
        contributor: contributorOf(message.AlarmContributorId, message.AlarmContributorAttributes),
      },
    },
  };
};

/** For an alarm that watches nothing, missing data is no news. */
function readRoadTest(alarm: string, arn: string, state: string, at: number): Parsed {
  const phase = phaseOf(state);
  if (phase === "no-data") return { kind: "ignored", why: `${alarm} has not been set off` };
  const identity = identityOf(arn, state, at, undefined);
  const story = { kind: "road-test", alarm } as const;
  return { kind: "incident", incident: { ...identity, at, phase, severity: "info", service: undefined, story } };
}

function watchOf({ Trigger, AlarmRule, TriggeringChildren }: AlarmMessage): Watch {
  if (AlarmRule != null) {
    const children = TriggeringChildren.map(({ Arn }) => Arn.split(":alarm:")[1] ?? Arn);
    return { kind: "composite", rule: AlarmRule, children };
  }
  return Trigger === undefined ? { kind: "unstated" } : watchOfTrigger(Trigger);
}

export function contributorOf(
  id: string | null | undefined,
  attributes: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const named = Object.entries(attributes ?? {}).map(([name, value]) => `${name}=${value}`);
  return named.length > 0 ? named.join(", ") : (id ?? undefined);
}

/** "… [2.31 (23/09/26 20:01:00), 1.9 (23/09/26 20:00:00)] was greater than …": newest first there, oldest first here. */
function readingsOf(reason: string): readonly number[] {
  const list = /\[([^[\]]*)\]/.exec(reason)?.[1] ?? "";
  return [...list.matchAll(/(-?\d{1,40}(?:\.\d{1,40})?(?:E-?\d{1,4})?) \(/g)]
    .map(([, value]) => Number(value))
    .reverse();
}
