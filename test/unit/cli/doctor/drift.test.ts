import { describe, expect, it } from "vitest";
import { judgeResource } from "#cli/doctor/checks/drift.ts";
import type { DriftedResource } from "#cli/doctor/stack-drift.ts";
import type { ServiceFacts } from "#cli/status/facts.ts";
import { deployment, healthy } from "./examination.ts";

describe("what was changed by hand", () => {
  const group: DriftedResource = {
    stack: "prod-mcp-fleet-Services",
    logicalId: "googleTargetGroup",
    physicalId: "arn",
    type: "AWS::ElasticLoadBalancingV2::TargetGroup",
    status: "MODIFIED",
    differences: [
      { path: "/HealthCheckPath", expected: "/health", actual: "/", type: "NOT_EQUAL" },
      { path: "/Environment/Variables/TOKEN", expected: "one", actual: "s3cret", type: "NOT_EQUAL" },
    ],
  };

  it("is reported by its property, with values that are not secret", () => {
    const [finding] = judgeResource(group, [healthy]);
    expect(finding?.evidence).toBe(
      "googleTargetGroup (ElasticLoadBalancingV2 TargetGroup) of stack prod-mcp-fleet-Services was changed by hand: HealthCheckPath is /, but was deployed as /health; Environment.Variables.TOKEN has a different value.",
    );
  });

  const service = "arn:aws:ecs:us-east-1:573946584375:service/prod-mcp-cluster/prod-mcp-google-workspace";
  const change = (path: string) => ({ path, expected: "1", actual: "2", type: "NOT_EQUAL" }) as const;
  const failed = {
    ...healthy,
    service: { ...healthy.service, deployments: [{ ...deployment, state: "FAILED" }] },
  };
  const elsewhere: readonly (readonly [string, DriftedResource, ServiceFacts])[] = [
    ["a mute", { ...group, type: "AWS::CloudWatch::Alarm", differences: [change("/ActionsEnabled")] }, healthy],
    ["a number of tasks", { ...group, type: "AWS::ECS::Service", differences: [change("/DesiredCount")] }, healthy],
    [
      "a rollback",
      { ...group, type: "AWS::ECS::Service", physicalId: service, differences: [change("/TaskDefinition")] },
      failed,
    ],
    ["a subscription", { ...group, type: "AWS::SNS::Subscription", status: "DELETED", differences: [] }, healthy],
  ];
  it.each(elsewhere)("leaves %s to the check that reports it", (_what, resource, facts) => {
    expect(judgeResource(resource, [facts])).toEqual([]);
  });

  it("is reported for an alarm that watches the chats, which no other check misses", () => {
    const gone = { ...group, type: "AWS::CloudWatch::Alarm", status: "DELETED", differences: [] } as const;
    expect(judgeResource({ ...gone, physicalId: "prod-mcp-google-workspace-errors5xx" }, [healthy])).toEqual([]);
    expect(judgeResource({ ...gone, physicalId: "prod-mcp-chat-failing" }, [healthy])).toMatchObject([
      { verdict: "warning", evidence: expect.stringContaining("was deleted by hand") },
    ]);
  });

  it("is reported if a service runs another task definition, and no rollout explains it", () => {
    const resource = {
      ...group,
      type: "AWS::ECS::Service",
      physicalId: service,
      differences: [change("/TaskDefinition")],
    };
    expect(judgeResource(resource, [healthy])).toMatchObject([{ verdict: "warning" }]);
  });
});
