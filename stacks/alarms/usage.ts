import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { nextCpu, nextMemory, type Size } from "#fleet/fargate.ts";
import { describeWaking } from "#fleet/waking.ts";
import { use } from "../sst.ts";
import { Alerts } from "./alerts.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html */
const kinds = {
  // One task that grows is killed, however little the others need.
  memoryUsed: {
    metric: "MemoryUtilization",
    statistic: "Maximum",
    what: "a task uses",
    of: "memory",
    next: nextMemory,
  },
  cpuUsed: { metric: "CPUUtilization", statistic: "Average", what: "its tasks use", of: "CPU", next: nextCpu },
} as const;

/** What its tasks use of their size: before one is killed for memory, or all are slow for want of CPU. */
export function watchUsage(scope: Construct, plan: StagePlan, service: ServicePlan): void {
  const { topicArn } = use(Alerts);
  for (const name of ["memoryUsed", "cpuUsed"] as const) {
    const decision = service.rates[name];
    if (decision.kind === "declined") continue;
    const { metric, statistic, what, of, next } = kinds[name];
    const percent = Number((decision.share * 100).toFixed(2));
    new cloudwatch.CfnAlarm(scope, name, {
      alarmName: names.alarm(plan.stage, service.key, name),
      alarmDescription: `${service.key}: ${what} more than ${percent} % of ${of} in three of five minutes, of cpu: ${service.cpu} and memory: ${service.memory}. ${remedy(next(service))} ${describeWaking(decision.wakes)} Runbook: docs/runbook.md#${name.toLowerCase()}`,
      namespace: "AWS/ECS",
      metricName: metric,
      dimensions: [
        { name: "ClusterName", value: names.cluster(plan.stage) },
        { name: "ServiceName", value: names.service(plan.stage, service.key) },
      ],
      statistic,
      period: plan.alarmPeriodSeconds,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      threshold: percent,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [topicArn],
      okActions: [topicArn],
    });
  }
}

function remedy(next: Size | undefined): string {
  if (next === undefined) return "Fargate has no larger size: spread the load over more tasks (desiredCount).";
  return `The next size is cpu: ${next.cpu}, memory: ${next.memory}.`;
}
