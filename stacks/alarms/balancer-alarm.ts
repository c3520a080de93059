import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { names, type StagePlan } from "#fleet";
import { describeWaking } from "#fleet/waking.ts";
import { type Stack, use } from "../sst.ts";
import { Alerts } from "./alerts.ts";

/**
 * The balancer's own 5xx, which no service sees: no target took the request, or one closed the connection before it
 * answered. Its threshold is the fleet's for 5xx.
 */
export function createBalancerAlarm(stack: Stack, plan: StagePlan, shard: number, loadBalancer: string): void {
  const { balancerErrors, alarmPeriodSeconds, stage } = plan;
  if (balancerErrors.kind === "declined") return;
  const { topicArn } = use(Alerts);
  const name = names.balancer(stage, shard);
  new cloudwatch.CfnAlarm(stack, "Balancer5xx", {
    alarmName: names.balancerAlarm(stage, shard),
    alarmDescription: `${name} itself answered more than ${balancerErrors.threshold} requests with a 5xx status. ${describeWaking(balancerErrors.wakes)} Runbook: docs/runbook.md#balancer5xx`,
    namespace: "AWS/ApplicationELB",
    metricName: "HTTPCode_ELB_5XX_Count",
    dimensions: [{ name: "LoadBalancer", value: loadBalancer }],
    statistic: "Sum",
    period: alarmPeriodSeconds,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    threshold: balancerErrors.threshold,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
}
