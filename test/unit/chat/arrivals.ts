import type { QueuedMessage } from "#chat/road.ts";

/** What CloudWatch publishes for an alarm of a service, as SQS carries it. */
export function alarm(
  service: string,
  state: "ALARM" | "OK",
  at: number,
  { metric = "HealthyHostCount" }: { readonly metric?: string } = {},
): QueuedMessage {
  const id = `${service}-${metric}-${state}-${at}`;
  const name = `prod-mcp-${service}-${metric === "HealthyHostCount" ? "healthyHosts" : "latencyP95"}`;
  const message = {
    AlarmName: name,
    AlarmArn: `arn:aws:cloudwatch:us-east-1:573946584375:alarm:${name}`,
    AlarmDescription: `${service}. Runbook: docs/runbook.md#healthyhosts`,
    NewStateValue: state,
    OldStateValue: state === "OK" ? "ALARM" : "OK",
    NewStateReason:
      "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (23/09/26 20:01:00)] was less than the threshold (1.0).",
    StateChangeTime: new Date(at).toISOString().replace("Z", "+0000"),
    Trigger: {
      MetricName: metric,
      Namespace: "AWS/ApplicationELB",
      StatisticType: "Statistic",
      Statistic: "MINIMUM",
      Dimensions: [{ name: "TargetGroup", value: `targetgroup/prod-mcp-${service}-tg/943f017f100becff` }],
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: "LessThanThreshold",
      Threshold: 1,
    },
  };
  const notification = {
    Type: "Notification",
    Message: JSON.stringify(message),
    Timestamp: new Date(at).toISOString(),
  };
  return { id, body: JSON.stringify(notification), sentAt: at, receiveCount: 1 };
}

/** What CloudWatch publishes for the alarm that a stage's road is tried with. */
export function roadTest(state: "ALARM" | "OK", at: number, stage = "prod"): QueuedMessage {
  const name = `${stage}-mcp-alarm-road`;
  const message = {
    AlarmName: name,
    AlarmArn: `arn:aws:cloudwatch:us-east-1:573946584375:alarm:${name}`,
    NewStateValue: state,
    NewStateReason: "A test.",
    StateChangeTime: new Date(at).toISOString().replace("Z", "+0000"),
    Trigger: { MetricName: "AlarmRoad", Namespace: "MCPFleet", Statistic: "MAXIMUM", Dimensions: [], Period: 60 },
  };
  const Timestamp = new Date(at).toISOString();
  const body = JSON.stringify({ Type: "Notification", Message: JSON.stringify(message), Timestamp });
  return { id: `${name}-${state}-${at}`, body, sentAt: at, receiveCount: 1 };
}

export function busEvent(
  detailType: string,
  source: string,
  detail: object,
  resources: readonly string[] = [],
): string {
  return JSON.stringify({ id: "e-1", "detail-type": detailType, source, region: "us-east-1", resources, detail });
}

export const tick: QueuedMessage = {
  id: "tick",
  body: busEvent("Scheduled Event", "aws.events", {}),
  sentAt: 0,
  receiveCount: 1,
};
