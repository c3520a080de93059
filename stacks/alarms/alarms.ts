import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { type AlarmName, type AlarmPlan, alarmNames, names, type ServicePlan, type StagePlan } from "#fleet";
import { describeBasis } from "#fleet/threshold-basis.ts";
import { describeWaking } from "#fleet/waking.ts";
import { Balancer } from "../network/balancer.ts";
import { usePlan } from "../parts/plan.ts";
import { perShard } from "../parts/shard.ts";
import { Services } from "../services/services.ts";
import { use } from "../sst.ts";
import { type AlarmKind, alarmKinds } from "./alarm-kinds.ts";
import { Alerts } from "./alerts.ts";
import { createBalancerAlarm } from "./balancer-alarm.ts";
import { recordDeclined } from "./declined.ts";
import { watchUsage } from "./usage.ts";

/** The alarms of one balancer's services: apart from them, as together they would pass 500 resources a stack. */
export const Alarms = perShard("Alarms", ({ app, stack }, shard) => {
  const plan = usePlan(app);
  const { targetGroups } = use(Services(shard));
  const loadBalancer = use(Balancer(shard)).fullName;
  const services = plan.services.filter((candidate) => candidate.shard === shard);
  for (const service of services) {
    const targetGroup = targetGroups.get(service.key);
    if (targetGroup === undefined) throw new Error(`${service.key} has no target group to watch.`);
    const scope = new Construct(stack, service.key);
    for (const name of alarmNames) {
      createAlarm(scope, { plan, service, name, dimensions: { TargetGroup: targetGroup, LoadBalancer: loadBalancer } });
    }
    watchUsage(scope, plan, service);
  }
  createBalancerAlarm(stack, plan, shard, loadBalancer);
  recordDeclined(stack, services, ({ alarms }) => alarms);
});

interface AlarmProps {
  readonly plan: StagePlan;
  readonly service: ServicePlan;
  readonly name: AlarmName;
  readonly dimensions: Readonly<Record<string, string>>;
}

function createAlarm(scope: Construct, { plan, service, name, dimensions }: AlarmProps): void {
  const alarm = service.alarms[name];
  if (alarm.kind === "declined") return;
  const kind = alarmKinds[name];
  const { topicArn } = use(Alerts);
  new cloudwatch.CfnAlarm(scope, name, {
    alarmName: names.alarm(plan.stage, service.key, name),
    alarmDescription: describe(plan, service, name, alarm),
    namespace: "AWS/ApplicationELB",
    metricName: kind.metric,
    dimensions: Object.entries(dimensions).map(([dimension, value]) => ({ name: dimension, value })),
    ...kind.statistic,
    ...("extendedStatistic" in kind.statistic && { evaluateLowSampleCountPercentile: "ignore" }),
    period: plan.alarmPeriodSeconds,
    ...rangeOf(service, kind),
    threshold: alarm.threshold,
    comparisonOperator: kind.comparison,
    treatMissingData: missingData(service, kind),
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
}

/**
 * No data means no request for errors and latency, and no target for unhealthy hosts: nothing is wrong, and an alarm that
 * went off goes back to OK. For healthy hosts it means that nothing is registered, which is right only for a service
 * the map has taken offline.
 */
function missingData(service: ServicePlan, { metric }: AlarmKind): "breaching" | "notBreaching" {
  return metric === "HealthyHostCount" && service.desiredCount > 0 && !rests(service) ? "breaching" : "notBreaching";
}

/** Whether its schedule has times without a task. */
function rests({ scaling }: ServicePlan): boolean {
  return scaling?.schedule?.some(({ max }) => max === 0) ?? false;
}

/** The last task of a service that goes to rest is no longer healthy for a minute or two, before it is not counted. */
function rangeOf(service: ServicePlan, { metric }: AlarmKind) {
  const periods = metric === "HealthyHostCount" && rests(service) ? 3 : 1;
  return { evaluationPeriods: periods, datapointsToAlarm: periods };
}

function describe(
  { alarmPeriodSeconds }: StagePlan,
  { key }: ServicePlan,
  name: AlarmName,
  alarm: AlarmPlan & { kind: "set" },
): string {
  const within = alarmPeriodSeconds === 60 ? "one minute" : `${alarmPeriodSeconds} seconds`;
  const runbook = `docs/runbook.md#${name.toLowerCase()}`;
  return `${key}: ${alarmKinds[name].means(alarm.threshold)} within ${within}. ${describeBasis(alarm.basis)} ${describeWaking(alarm.wakes)} Runbook: ${runbook}`;
}
