import { describe, expect, it } from "vitest";
import { estimate } from "#cli/cost/estimate.ts";
import { planStage, type ServiceDefinition } from "#fleet";
import { slack, synthesize, withServices } from "../synth/synth.ts";

const zone = "Europe/Berlin";
const scaled = (fields: Partial<ServiceDefinition> = {}) =>
  withServices({
    slack: { ...slack, sessions: "none", scaling: { min: 2, max: 6, on: "requests", target: 600 }, ...fields },
  });
const stackOf = (map: ReturnType<typeof scaled>) => synthesize("prod", map).stack("Scaling");
const serviceOf = (map: ReturnType<typeof scaled>) =>
  synthesize("prod", map).stack("Services").one("AWS::ECS::Service", { ServiceName: "prod-mcp-slack" }).Properties;

describe("a scaled service", () => {
  it("[REL-4] tracks the requests of each of its tasks, at its own balancer", () => {
    const stack = stackOf(scaled());
    expect(stack.one("AWS::ApplicationAutoScaling::ScalableTarget").Properties).toEqual({
      ServiceNamespace: "ecs",
      ScalableDimension: "ecs:service:DesiredCount",
      ResourceId: "service/prod-mcp-cluster/prod-mcp-slack",
      MinCapacity: 2,
      MaxCapacity: 6,
    });
    const { TargetTrackingScalingPolicyConfiguration: tracking } = stack.one(
      "AWS::ApplicationAutoScaling::ScalingPolicy",
    ).Properties;
    expect(tracking).toMatchObject({ TargetValue: 600, ScaleOutCooldown: 60, ScaleInCooldown: 300 });
    const label = JSON.stringify(tracking);
    expect(label).toContain("ALBRequestCountPerTarget");
    expect(label).toMatch(/LoadBalancerFullName.*slackTargetGroup.*FullName/);
  });

  it.each([
    ["cpu", "ECSServiceAverageCPUUtilization"],
    ["memory", "ECSServiceAverageMemoryUtilization"],
  ] as const)("[REL-4] tracks its %s", (on, metric) => {
    const stack = stackOf(scaled({ scaling: { min: 1, max: 3, on, target: 60 } }));
    const { Properties } = stack.one("AWS::ApplicationAutoScaling::ScalingPolicy");
    expect(Properties.TargetTrackingScalingPolicyConfiguration).toMatchObject({
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: metric },
    });
  });

  it("[REL-4] is left alone by deploys: they name no number of tasks, unless it is offline", () => {
    expect(serviceOf(scaled())).not.toHaveProperty("DesiredCount");
    expect(serviceOf(withServices({ slack }))).toHaveProperty("DesiredCount", 1);
    const offline = scaled({ desiredCount: 0 });
    expect(serviceOf(offline)).toHaveProperty("DesiredCount", 0);
    expect(stackOf(offline).all("AWS::ApplicationAutoScaling::ScalableTarget")).toEqual([]);
  });

  it("[REL-4] follows a schedule in its time zone; nobody is woken because it rests, nor by its probe", () => {
    const map = scaled({
      scaling: {
        min: 1,
        max: 4,
        on: "requests",
        target: 600,
        schedule: [
          { cron: "0 20 ? * MON-FRI *", timeZone: zone, min: 0, max: 0 },
          { cron: "0 8 ? * MON-FRI *", timeZone: zone, min: 2, max: 4 },
        ],
      },
    });
    const synthesis = synthesize("prod", map);
    const target = synthesis.stack("Scaling").one("AWS::ApplicationAutoScaling::ScalableTarget").Properties;
    expect(target.ScheduledActions).toMatchObject([
      {
        Schedule: "cron(0 20 ? * MON-FRI *)",
        Timezone: zone,
        ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 0 },
      },
      { Schedule: "cron(0 8 ? * MON-FRI *)", Timezone: zone, ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 4 } },
    ]);
    const healthy = synthesis
      .stack("Alarms")
      .one("AWS::CloudWatch::Alarm", { AlarmName: "prod-mcp-slack-healthyHosts" });
    expect(healthy.Properties).toMatchObject({ TreatMissingData: "notBreaching", EvaluationPeriods: 3 });
    expect(JSON.stringify(synthesis.stack("Probe").one("AWS::IAM::Role").Properties)).toContain(
      "service/prod-mcp-cluster/prod-mcp-slack",
    );
  });

  it("[REL-4] runs on spare capacity and on ARM where the map says so, and is priced so", () => {
    const map = scaled({ capacity: "spot", architecture: "ARM64" });
    expect(serviceOf(map)).toMatchObject({
      CapacityProviderStrategy: [{ CapacityProvider: "FARGATE_SPOT", Weight: 1 }],
    });
    expect(serviceOf(map)).not.toHaveProperty("LaunchType");
    expect(synthesize("prod", map).stack("Cluster").one("AWS::ECS::Cluster").Properties.CapacityProviders).toEqual([
      "FARGATE",
      "FARGATE_SPOT",
    ]);
    const monthly = (of: typeof map) => {
      const line = estimate(planStage(of, "prod")).lines.find(({ what }) => what.startsWith("slack:"));
      return [line?.what, line?.monthly ?? 0] as const;
    };
    const [what, spot] = monthly(map);
    expect(what).toBe("slack: 2 to 6 × 0.5 vCPU ARM Spot, 1 GB");
    expect(spot).toBeLessThan(0.35 * monthly(scaled())[1]);
  });
});
