import * as v from "valibot";
import { isBurnWindow } from "#fleet/burn-window.ts";
import type { Incident } from "../incident/incident.ts";
import { isRoadTest } from "../incident/road-test.ts";
import { identityOf, phaseOf, serviceOf, severityOfChange } from "./alarm.ts";
import { contributorOf } from "./alarm-message.ts";
import { type BusEvent, timeOf } from "./envelope.ts";
import type { Reader } from "./reader.ts";
import { Configuration, number, text, watchOfConfiguration } from "./watch.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
const Detail = v.object({
  alarmName: v.string(),
  state: v.object({ value: v.string(), reason: text, reasonData: text, timestamp: text, actionsSuppressedBy: text }),
  previousState: v.fallback(v.optional(v.object({ value: v.string(), timestamp: text })), undefined),
  configuration: Configuration,
  muteDetail: v.optional(v.unknown()),
  alarmContributor: v.fallback(
    v.optional(v.object({ id: text, attributes: v.fallback(v.optional(v.record(v.string(), v.string())), undefined) })),
    undefined,
  ),
});

const ReasonData = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ threshold: number, recentDatapoints: v.fallback(v.array(v.nullable(v.number())), []) }),
);

const kinds = new Set(["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]);

export const readAlarmEvent: Reader = ({ event, at: sentAt }) => {
  if (event === undefined || !kinds.has(event["detail-type"])) return undefined;
  const parsed = v.safeParse(Detail, event.detail);
  if (!parsed.success) return undefined;
  const { alarmName, state, muteDetail } = parsed.output;
  if (isRoadTest(alarmName)) {
    // The test is for the topic, which alarms depend on: through the bus it would arrive even if the topic were broken.
    return { kind: "ignored", why: `${alarmName} tests the topic` };
  }
  if (isBurnWindow(alarmName)) return { kind: "ignored", why: `${alarmName} is a part of another alarm` };
  if ((muteDetail != null || state.actionsSuppressedBy != null) && state.value !== "OK") {
    // When that ends, CloudWatch runs the alarm's actions if it is still in this state, and the topic delivers it.
    return { kind: "ignored", why: `${alarmName} is muted in CloudWatch` };
  }
  return { kind: "incident", incident: incidentOf(parsed.output, event, sentAt) };
};

function incidentOf(
  { alarmName, state, previousState, configuration, alarmContributor }: v.InferOutput<typeof Detail>,
  { resources, region }: BusEvent,
  sentAt: number,
): Incident {
  const arn = resources[0] ?? alarmName;
  const at = timeOf(state.timestamp ?? undefined) ?? sentAt;
  const phase = phaseOf(state.value);
  const data = v.safeParse(ReasonData, state.reasonData);
  const measured = data.success ? data.output : { threshold: undefined, recentDatapoints: [] };
  const watch = watchOfConfiguration(configuration, measured.threshold ?? undefined);
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
      region,
      description: configuration.description ?? undefined,
      reason: state.reason ?? undefined,
      previous: previousState && { value: previousState.value, since: timeOf(previousState.timestamp ?? undefined) },
      watch,
      readings: measured.recentDatapoints.filter((value) => value !== null),
      contributor: contributorOf(alarmContributor?.id, alarmContributor?.attributes),
    },
  };
}
