import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApplicationAutoScaling } from "#endpoint/services/applicationautoscaling/service.ts";
import { createCloudWatch } from "#endpoint/services/cloudwatch/service.ts";
import { type Served, serve, TurnedClock } from "../serve.ts";

const start = Date.UTC(2026, 10, 23, 5, 30);
const minute = 60_000;
const common = {
  ServiceNamespace: "ecs",
  ResourceId: "service/prod-mcp-cluster/prod-mcp-notes",
  ScalableDimension: "ecs:service:DesiredCount",
} as const;
const label = "app/prod-mcp-alb/1/targetgroup/prod-mcp-notes-tg/2";
const dimensions = { TargetGroup: "targetgroup/prod-mcp-notes-tg/2", LoadBalancer: "app/prod-mcp-alb/1" };

let clock: TurnedClock;
let service: { desired: number; deploying: boolean };
let served: Served<ReturnType<typeof open>>;
let client: ApplicationAutoScalingClient;
let cloudWatch: CloudWatchClient;

function open(place: { readonly region: string; readonly account: string; readonly endpointUrl: string }) {
  const watch = createCloudWatch({
    place,
    clock,
    bus: { put: () => undefined },
    topics: { publish: async () => undefined },
    functions: { enqueue: () => undefined },
    log: (line) => expect.fail(line),
  });
  const scaling = createApplicationAutoScaling({
    place,
    clock,
    alarms: watch.keeper,
    services: {
      read: (id) => (id === common.ResourceId ? service : undefined),
      scale: (_id, desired) => {
        service.desired = desired;
      },
    },
    periodSeconds: 60,
  });
  return {
    watch,
    scaling,
    stop: async () => void (await Promise.all([watch.stop(), scaling.service.stop?.()])),
  };
}

beforeEach(async () => {
  clock = new TurnedClock(start);
  service = { desired: 1, deploying: false };
  served = await serve(open, ({ watch, scaling }) => [watch.service, scaling.service]);
  client = new ApplicationAutoScalingClient(served.client);
  cloudWatch = new CloudWatchClient(served.client);
});
afterEach(async () => {
  client.destroy();
  cloudWatch.destroy();
  await served.close();
});

const register = (MinCapacity = 1, MaxCapacity = 6) =>
  client.send(new RegisterScalableTargetCommand({ ...common, MinCapacity, MaxCapacity }));
const track = (TargetValue = 600) =>
  client.send(
    new PutScalingPolicyCommand({
      ...common,
      PolicyName: "requests",
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue,
        PredefinedMetricSpecification: { PredefinedMetricType: "ALBRequestCountPerTarget", ResourceLabel: label },
        ScaleOutCooldown: 60,
        ScaleInCooldown: 300,
      },
    }),
  );

/** Minutes with so many requests, that the tasks share. @returns how many tasks there were at the end of each */
async function live(minutes: number, requests: number): Promise<readonly number[]> {
  const counts: number[] = [];
  for (let passed = 0; passed < minutes; passed++) {
    const value = requests / Math.max(1, service.desired);
    const datum = { namespace: "AWS/ApplicationELB", metric: "RequestCountPerTarget", dimensions, value };
    served.made.watch.metrics.put({ ...datum, at: clock.now() });
    for (let step = 0; step < minute; step += 5_000) {
      clock.turn(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    counts.push(service.desired);
  }
  return counts;
}

describe("target tracking", () => {
  it("scales out by the periods it was made with, three above the target, in proportion", async () => {
    await register();
    await track();
    expect(await live(5, 60)).toEqual([1, 1, 1, 1, 1]);
    const counts = await live(6, 3_000);
    // Three whole minutes are above; the evaluation comes within the next one.
    expect(counts.slice(0, 2)).toEqual([1, 1]);
    expect(counts.slice(4)).toEqual([5, 5]);
    const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({}));
    expect(
      MetricAlarms.map(({ Period, EvaluationPeriods, Threshold }) => [Period, EvaluationPeriods, Threshold]),
    ).toEqual([
      [60, 3, 600],
      [60, 15, 540],
    ]);
  });

  it("scales in after fifteen periods below it, not during a deployment, and never under the minimum", async () => {
    await register(2);
    expect(service.desired).toBe(2);
    await track();
    await live(6, 3_000);
    expect(service.desired).toBe(5);
    service.deploying = true;
    expect(new Set(await live(18, 60))).toEqual(new Set([5]));
    service.deploying = false;
    await live(12, 60);
    expect(service.desired).toBe(2);
    const { ScalingActivities = [] } = await client.send(new DescribeScalingActivitiesCommand(common));
    expect(
      ScalingActivities.map(({ Description, Cause }) => [Description, Cause?.replace(/-[0-9a-f-]{36}/, "")]),
    ).toEqual([
      ["Setting desired count to 2.", expect.stringMatching(/AlarmLow in state ALARM triggered policy requests$/)],
      ["Setting desired count to 5.", expect.stringMatching(/AlarmHigh in state ALARM triggered policy requests$/)],
      ["Setting desired count to 2.", "minimum capacity was set to 2"],
    ]);
  });

  it("leaves nothing behind when it is taken away", async () => {
    await register();
    await track();
    const { ScalingPolicies } = await client.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: "ecs" }));
    expect(ScalingPolicies).toMatchObject([{ PolicyName: "requests", Alarms: [{}, {}] }]);
    await client.send(new DeleteScalingPolicyCommand({ ...common, PolicyName: "requests" }));
    expect((await cloudWatch.send(new DescribeAlarmsCommand({}))).MetricAlarms).toEqual([]);
    await client.send(new DeregisterScalableTargetCommand(common));
    const { ScalableTargets } = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
    expect(ScalableTargets).toEqual([]);
    await expect(track()).rejects.toMatchObject({ name: "ObjectNotFoundException" });
  });

  it("is refused with AWS's words where it cannot work", async () => {
    await expect(register(3, 2)).rejects.toMatchObject({ name: "ValidationException" });
    const elsewhere = { ...common, ResourceId: "service/prod-mcp-cluster/other", MinCapacity: 1, MaxCapacity: 2 };
    await expect(client.send(new RegisterScalableTargetCommand(elsewhere))).rejects.toThrow(
      "ECS service doesn't exist",
    );
  });
});

describe("a schedule", () => {
  it("changes the bounds at its time in its zone, and the service with them", async () => {
    await register(1, 4);
    const at = (ScheduledActionName: string, Schedule: string, min: number, max: number) =>
      client.send(
        new PutScheduledActionCommand({
          ...common,
          ScheduledActionName,
          Schedule,
          Timezone: "Europe/Berlin",
          ScalableTargetAction: { MinCapacity: min, MaxCapacity: max },
        }),
      );
    // Berlin is an hour ahead: it is half past six there.
    await at("night", "cron(40 6 * * ? *)", 0, 0);
    await at("day", "cron(0 7 ? * MON-FRI *)", 2, 4);
    expect((await client.send(new DescribeScheduledActionsCommand(common))).ScheduledActions).toHaveLength(2);
    await live(5, 0);
    expect(service.desired).toBe(1);
    await live(6, 0);
    expect(service.desired).toBe(0);
    await live(20, 0);
    expect(service.desired).toBe(2);
    const { ScalingActivities = [] } = await client.send(new DescribeScalingActivitiesCommand(common));
    expect(ScalingActivities.map(({ Cause }) => Cause)).toEqual([
      "minimum capacity was set to 2",
      "maximum capacity was set to 0",
    ]);
  });
});
