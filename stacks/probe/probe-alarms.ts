import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { names } from "#fleet";
import { probeAlarm } from "#fleet/definition.ts";
import { describeWaking } from "#fleet/waking.ts";
import { Alerts } from "../alarms/alerts.ts";
import { recordDeclined } from "../alarms/declined.ts";
import { usePlan } from "../parts/plan.ts";
import { probeMetric } from "../parts/probe-metric.ts";
import { perShard } from "../parts/shard.ts";
import { use } from "../sst.ts";

/**
 * An alarm on each service that the probe asks, of one balancer's. It names what it watches and refers to no stack of a
 * service: it can be there before the service is.
 */
export const ProbeAlarms = perShard("ProbeAlarms", ({ app, stack }, shard) => {
  const { probe, stage, services } = usePlan(app);
  if (probe === undefined) return;
  const { topicArn } = use(Alerts);
  const here = services.filter((service) => service.shard === shard);
  for (const { key, probe: alarm } of here) {
    if (alarm?.kind !== "set") continue;
    const rounds = probe.everyMinutes === 1 ? "three minutes" : `three rounds, one each ${probe.everyMinutes} minutes`;
    new cloudwatch.CfnAlarm(stack, key, {
      alarmName: names.alarm(stage, key, probeAlarm),
      alarmDescription: `${key}: no MCP client got through to it in two of ${rounds}. ${describeWaking(alarm.wakes)} Runbook: docs/runbook.md#probe`,
      ...probeMetric(stage, key),
      statistic: "Minimum",
      period: 60 * probe.everyMinutes,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      // A probe that does not run says nothing of the service, and has an alarm of its own.
      treatMissingData: "ignore",
      alarmActions: [topicArn],
      okActions: [topicArn],
    });
  }
  recordDeclined(stack, here, ({ probe: alarm }) => (alarm === undefined ? {} : { [probeAlarm]: alarm }));
});
