import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { names, type RatePlans, type ServicePlan, type StagePlan } from "#fleet";
import { burnWindows } from "#fleet/burn-window.ts";
import { describeBasis } from "#fleet/threshold-basis.ts";
import { describeWaking } from "#fleet/waking.ts";
import { Balancer } from "../network/balancer.ts";
import { usePlan } from "../parts/plan.ts";
import { perShard } from "../parts/shard.ts";
import { type Targets, targetMetric } from "../parts/target-metric.ts";
import { Services } from "../services/services.ts";
import { use } from "../sst.ts";
import { Alerts } from "./alerts.ts";
import { burnExpression, burnRule, thresholdOf, windows } from "./burn-rate.ts";
import { recordDeclined } from "./declined.ts";

/** Alarms on shares of the requests: the windows of one service are five, so they have a stack of their own. */
export const Rates = perShard("Rates", ({ app, stack }, shard) => {
  const plan = usePlan(app);
  const { targetGroups } = use(Services(shard));
  const loadBalancer = use(Balancer(shard)).fullName;
  const services = plan.services.filter((candidate) => candidate.shard === shard);
  for (const service of services) {
    const targetGroup = targetGroups.get(service.key);
    if (targetGroup === undefined) throw new Error(`${service.key} has no target group to watch.`);
    const watched = { plan, service, targetGroup, loadBalancer };
    const scope = new Construct(stack, service.key);
    const { failedRequests, slowRequests } = service.rates;
    if (failedRequests.kind === "set") watchFailed(scope, watched, failedRequests);
    if (slowRequests.kind === "set") watchSlow(scope, watched, slowRequests);
  }
  recordDeclined(stack, services, ({ rates }) => ({ ...rates }));
});

interface Watched extends Targets {
  readonly plan: StagePlan;
  readonly service: ServicePlan;
}

type Set<Plan> = Plan & { readonly kind: "set" };

function watchFailed(scope: Construct, watched: Watched, { objective, wakes }: Set<RatePlans["failedRequests"]>): void {
  const { plan, service } = watched;
  const nameOf = (end: string) => names.alarm(plan.stage, service.key, `failedRequests${end}`);
  const parts = burnWindows.map((name) => {
    const window = windows[name];
    return new cloudwatch.CfnAlarm(scope, `failedRequests${name}`, {
      alarmName: nameOf(name),
      alarmDescription: `${service.key}: a part of ${nameOf("")}. By itself it notifies nobody.`,
      metrics: [
        targetMetric(watched, "requests", "RequestCount", "Sum", window.seconds),
        targetMetric(watched, "errors", "HTTPCode_Target_5XX_Count", "Sum", window.seconds),
        // No failure is no datapoint. A gap in the requests stays one: they are late, or there are none.
        { id: "failed", expression: "FILL(errors, 0)", returnData: false },
        { id: "share", expression: burnExpression(window), label: "Share of failed requests" },
      ],
      threshold: thresholdOf(window, objective),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: window.lasting,
      datapointsToAlarm: 1,
      treatMissingData: "notBreaching",
    });
  });
  const { topicArn } = use(Alerts);
  const percent = (share: number) => `${Number((share * 100).toFixed(4))} %`;
  const burning = [thresholdOf(windows["5m"], objective), thresholdOf(windows["30m"], objective)].map(percent);
  const composite = new cloudwatch.CfnCompositeAlarm(scope, "failedRequests", {
    alarmName: nameOf(""),
    alarmDescription: describe(
      `${service.key}: too many of its requests fail: ${burning[0]} within an hour and its last five minutes, ${burning[1]} within six hours and their last thirty minutes, or most of them. The objective is that ${percent(objective)} succeed.`,
      wakes,
      "failedRequests",
    ),
    alarmRule: burnRule(nameOf),
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
  for (const part of parts) composite.addDependency(part);
}

/** Five in fifteen minutes: with two requests a minute, a sixth of them, under the quarter that is the default. */
const slowEnough = 5;
const slowSeconds = 900;

function watchSlow(scope: Construct, watched: Watched, slow: Set<RatePlans["slowRequests"]>): void {
  const { plan, service } = watched;
  const { topicArn } = use(Alerts);
  new cloudwatch.CfnAlarm(scope, "slowRequests", {
    alarmName: names.alarm(plan.stage, service.key, "slowRequests"),
    alarmDescription: describe(
      `${service.key}: more than ${Number((slow.share * 100).toFixed(2))} % of its requests waited longer than ${slow.slowerThan} s within ${slowSeconds / 60} minutes. ${describeBasis(slow.basis)}`,
      slow.wakes,
      "slowRequests",
    ),
    metrics: [
      targetMetric(watched, "requests", "TargetResponseTime", "SampleCount", slowSeconds),
      // Of the requests, the percentage that waited no longer. Unlike a percentile, it needs no 200 requests.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
      targetMetric(watched, "quick", "TargetResponseTime", `PR(:${slow.slowerThan})`, slowSeconds),
      { id: "slow", expression: "requests * (100 - quick) / 100", returnData: false },
      {
        id: "share",
        expression: `IF(slow >= ${slowEnough}, slow / requests, 0)`,
        label: `Share of requests over ${slow.slowerThan} s`,
      },
    ],
    threshold: slow.share,
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 2,
    datapointsToAlarm: 1,
    treatMissingData: "notBreaching",
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
}

function describe(what: string, wakes: boolean, name: keyof RatePlans): string {
  return `${what} ${describeWaking(wakes)} Runbook: docs/runbook.md#${name.toLowerCase()}`;
}
