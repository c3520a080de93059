import * as v from "valibot";
import { isSilent } from "#fleet/release-alarm.ts";
import type { Incident } from "../incident/incident.ts";
import { isRoadTest } from "../incident/road-test.ts";
import { identityOf, phaseOf, serviceOf, severityOfChange } from "./alarm.ts";
import { contributorOf, nameOfAlarm } from "./alarm-message.ts";
import { type Arrival, timeOf } from "./envelope.ts";
import { number, present, text } from "./field.ts";
import type { Reader } from "./reader.ts";
import { bandOf, comparisonOf, readingsOf } from "./reason.ts";
import { Configuration, type Measured, watchOfConfiguration } from "./watch.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
const Detail = v.object({
  alarmName: v.string(),
  state: v.object({
    value: v.string(),
    reason: text,
    reasonData: text,
    timestamp: text,
    /** What kept a composite alarm from running its actions. */
    actionsSuppressedBy: text,
  }),
  previousState: v.fallback(v.optional(v.object({ value: v.string(), timestamp: text })), undefined),
  configuration: Configuration,
  muteDetail: v.optional(v.unknown()),
  alarmContributor: v.fallback(
    v.optional(v.object({ id: text, attributes: v.fallback(v.optional(v.record(v.string(), v.string())), undefined) })),
    undefined,
  ),
});
type Detail = v.InferOutput<typeof Detail>;

/**
 * What CloudWatch hands to a function that is an alarm's action, which may pass it on.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
 */
const Action = v.object({
  source: v.literal("aws.cloudwatch"),
  alarmArn: v.string(),
  accountId: text,
  region: text,
  alarmData: v.looseObject({ alarmName: v.string() }),
});

const values = v.fallback(v.array(v.nullable(v.number())), []);
const ReasonData = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    threshold: number,
    recentDatapoints: values,
    recentLowerThresholds: values,
    recentUpperThresholds: values,
    triggeringAlarms: v.fallback(v.array(v.object({ arn: v.string() })), []),
  }),
);

const kinds = new Set(["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]);

/** An alarm's change, however it is wrapped. */
interface Change {
  readonly detail: unknown;
  readonly arn: string | undefined;
  readonly region: string;
  readonly account: string;
}

function changeOf({ event, json }: Arrival): Change | undefined {
  if (event !== undefined) {
    if (!kinds.has(event["detail-type"])) return undefined;
    return { detail: event.detail, arn: event.resources[0], region: event.region, account: event.account ?? "" };
  }
  const action = v.safeParse(Action, json);
  if (!action.success) return undefined;
  const { alarmData, alarmArn, accountId, region } = action.output;
  return { detail: alarmData, arn: alarmArn, region: region ?? "", account: accountId ?? "" };
}

export const readAlarmEvent: Reader = (arrival) => {
  const change = changeOf(arrival);
  const parsed = v.safeParse(Detail, change?.detail);
  if (change === undefined || !parsed.success) return undefined;
  const { alarmName, state, muteDetail } = parsed.output;
  if (isRoadTest(alarmName)) {
    // The test is for the topic, which alarms depend on: through the bus it would arrive even if the topic were broken.
    return { kind: "ignored", why: `${alarmName} tests the topic` };
  }
  if (isSilent(alarmName)) return { kind: "ignored", why: `${alarmName} notifies nobody by itself` };
  if ((muteDetail != null || state.actionsSuppressedBy != null) && state.value !== "OK") {
    // When that ends, CloudWatch runs the alarm's actions if it is still in this state, and the topic delivers it.
    return { kind: "ignored", why: `${alarmName} is muted or suppressed in CloudWatch` };
  }
  return { kind: "incident", incident: incidentOf(parsed.output, change, arrival.at) };
};

function incidentOf(detail: Detail, { arn: named, region, account }: Change, sentAt: number): Incident {
  const { alarmName, state, previousState, configuration, alarmContributor } = detail;
  const arn = named ?? alarmName;
  const at = timeOf(state.timestamp ?? undefined) ?? sentAt;
  const phase = phaseOf(state.value);
  const { measured, readings } = measuredOf(state.reason ?? "", state.reasonData);
  const watch = watchOfConfiguration(configuration, measured);
  return {
    ...identityOf(arn, state.value, at, alarmContributor?.id ?? undefined),
    at,
    phase,
    severity: severityOfChange(watch, phase, configuration.description),
    service: serviceOf(watch, alarmName),
    story: {
      kind: "alarm",
      name: alarmName,
      arn,
      region: arn.split(":")[3] || region,
      account: arn.split(":")[4] || account,
      description: present(configuration.description),
      reason: present(state.reason),
      previous: previousState && { value: previousState.value, since: timeOf(previousState.timestamp ?? undefined) },
      watch,
      readings: [...readings],
      contributor: contributorOf(alarmContributor?.id, alarmContributor?.attributes),
    },
  };
}

/** What was measured stands in the reason's data, and where that is missing in its words. */
function measuredOf(
  reason: string,
  reasonData: string | null | undefined,
): { readonly measured: Measured; readonly readings: readonly number[] } {
  const read = v.safeParse(ReasonData, reasonData);
  const data = read.success ? read.output : undefined;
  const recent = (data?.recentDatapoints ?? []).filter((value) => value !== null);
  const said = comparisonOf(reason);
  const threshold = data?.threshold ?? said?.threshold;
  const [low, high] = [data?.recentLowerThresholds.at(-1), data?.recentUpperThresholds.at(-1)];
  return {
    readings: recent.length > 0 ? recent : readingsOf(reason),
    measured: {
      limit: threshold == null ? undefined : { comparison: said?.comparison ?? "", threshold, span: undefined },
      band: low == null && high == null ? bandOf(reason) : { low: low ?? undefined, high: high ?? undefined },
      children: (data?.triggeringAlarms ?? []).map(({ arn }) => nameOfAlarm(arn)),
    },
  };
}
