import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { type ReleaseAlarm, releaseAlarmsOf } from "#fleet/release-alarm.ts";
import { probeMetric } from "../parts/probe-metric.ts";
import { balancerMetric, type Targets, targetMetric } from "../parts/target-metric.ts";

/**
 * How far back they look, and so for how long ECS watches them once the new tasks alone serve: it computes that bake
 * time from the alarms, and `bakeTimeInMinutes` is for blue/green alone. A service of one request a minute shows in three
 * minutes that it fails; on one machine an operator waits for each release.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
 */
const spans = {
  aws: {
    releaseErrors: { period: 180, of: 1, needed: 1 },
    releaseHosts: { period: 60, of: 3, needed: 2 },
    releaseProbe: { period: 60, of: 3, needed: 2 },
  },
  loopback: {
    releaseErrors: { period: 10, of: 1, needed: 1 },
    releaseHosts: { period: 10, of: 1, needed: 1 },
    releaseProbe: { period: 60, of: 1, needed: 1 },
  },
} as const;

/** Fewer failures are chance; of a quiet service's few requests, two that are half of them are not. */
const enough = "failed >= 3 OR (failed >= 2 AND failed * 2 >= requests)";
/** Users are hurt, and old tasks may still answer most of the requests. */
const share = 0.1;

/** What ends a release that passes its health checks and hurts users, in the order in which ECS names them. */
export function createReleaseAlarms(
  scope: Construct,
  plan: StagePlan,
  service: ServicePlan,
  targets: Targets,
): readonly cloudwatch.CfnAlarm[] {
  return releaseAlarmsOf(plan, service).map((name) => {
    const { period, of, needed } = spans[plan.runsOn][name];
    return new cloudwatch.CfnAlarm(scope, name, {
      alarmName: names.alarm(plan.stage, service.key, name),
      alarmDescription: `${service.key}: ${meaning[name]}. ECS watches it during a release and takes that back. By itself it notifies nobody. Runbook: docs/runbook.md#a-release-was-rolled-back`,
      metrics: metrics[name](targets, period, { stage: plan.stage, key: service.key }),
      threshold: thresholds[name],
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: of,
      datapointsToAlarm: needed,
      treatMissingData: "notBreaching",
    });
  });
}

const meaning: Readonly<Record<ReleaseAlarm, string>> = {
  releaseErrors: `${share * 100} % of its requests fail, and not by chance`,
  releaseHosts: "most of its tasks fail the health check",
  releaseProbe: "no MCP client gets through to it",
};
const thresholds: Readonly<Record<ReleaseAlarm, number>> = { releaseErrors: share, releaseHosts: 1, releaseProbe: 1 };

type Metrics = (
  targets: Targets,
  period: number,
  about: { readonly stage: string; readonly key: string },
) => cloudwatch.CfnAlarm.MetricDataQueryProperty[];

const metrics: Readonly<Record<ReleaseAlarm, Metrics>> = {
  /**
   * A task that dies on a request answers nothing: the balancer does, and counts that for all of its services together. So
   * of its errors at most as many count as this service left requests unanswered, which by itself would count clients that
   * hung up.
   */
  releaseErrors: (targets, period) => [
    targetMetric(targets, "requests", "RequestCount", "Sum", period),
    ...[2, 3, 4, 5].map((hundreds) =>
      targetMetric(targets, `c${hundreds}`, `HTTPCode_Target_${hundreds}XX_Count`, "Sum", period),
    ),
    balancerMetric("elb", "HTTPCode_ELB_5XX_Count", "Sum", period, [
      { name: "LoadBalancer", value: targets.loadBalancer },
    ]),
    {
      id: "unanswered",
      expression: "requests - FILL(c2, 0) - FILL(c3, 0) - FILL(c4, 0) - FILL(c5, 0)",
      returnData: false,
    },
    {
      id: "failed",
      expression: "FILL(c5, 0) + IF(FILL(elb, 0) < unanswered, FILL(elb, 0), unanswered)",
      returnData: false,
    },
    { id: "share", expression: `IF(${enough}, failed / requests, 0)`, label: "Share of failed requests" },
  ],
  /** While old tasks serve beside them, new ones that do not become healthy hurt nobody: the circuit breaker's. */
  releaseHosts: (targets, period) => [
    targetMetric(targets, "unhealthy", "UnHealthyHostCount", "Maximum", period),
    targetMetric(targets, "healthy", "HealthyHostCount", "Minimum", period),
    { id: "most", expression: "IF(unhealthy > healthy, unhealthy, 0)", label: "Unhealthy tasks, where they are most" },
  ],
  /**
   * A release may answer everything, and nothing as an MCP server. It refers to no probe: a metric that nobody writes, or
   * not yet, says nothing.
   */
  releaseProbe: (_, period, { stage, key }) => [
    { id: "up", metricStat: { metric: probeMetric(stage, key), period, stat: "Minimum" }, returnData: false },
    { id: "down", expression: "1 - up", label: "No MCP client gets through" },
  ],
};
