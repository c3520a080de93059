import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
} from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Cloud, item, startCloudFormation, template } from "./cloud.ts";
import { type Operator, operatorOf } from "./operator.ts";

let cloud: Cloud;
let operator: Operator;
beforeEach(async () => {
  cloud = await startCloudFormation();
  operator = operatorOf(cloud);
  await operator.create(
    template({
      A: item({ Value: "1", Delay: 30 }),
      B: item({ Tags: ["x", "y"], Nested: { Path: "/health", Code: 200 } }),
      Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } },
    }),
  );
});
afterEach(() => cloud.close());

async function detect() {
  const { StackDriftDetectionId } = await cloud.cfn.send(new DetectStackDriftCommand({ StackName: "app" }));
  const status = await cloud.cfn.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
  const { StackResourceDrifts } = await cloud.cfn.send(new DescribeStackResourceDriftsCommand({ StackName: "app" }));
  const drifts = (StackResourceDrifts ?? []).map((one) => ({
    id: one.LogicalResourceId,
    status: one.StackResourceDriftStatus,
    differences: one.PropertyDifferences,
  }));
  return { status, drifts };
}

describe("drift detection", () => {
  it("finds an unchanged stack in sync, and leaves out types it does not support", async () => {
    const { status, drifts } = await detect();
    expect(status).toMatchObject({
      DetectionStatus: "DETECTION_COMPLETE",
      StackDriftStatus: "IN_SYNC",
      DriftedStackResourceCount: 0,
    });
    expect(drifts.map((one) => [one.id, one.status])).toEqual([
      ["A", "IN_SYNC"],
      ["B", "IN_SYNC"],
    ]);
    expect(await operator.stack()).toMatchObject({ DriftInformation: { StackDriftStatus: "IN_SYNC" } });
  });

  it("names what was changed, added and removed, and nothing that the template leaves open", async () => {
    cloud.items.live.set("A-1", { Value: "2", Delay: "30", Other: "not in the template" });
    cloud.items.live.set("B-2", { Tags: ["y", "z", "x"], Nested: { Path: "/other" } });
    const { status, drifts } = await detect();
    expect(status).toMatchObject({ StackDriftStatus: "DRIFTED", DriftedStackResourceCount: 2 });
    expect(drifts).toEqual([
      {
        id: "A",
        status: "MODIFIED",
        differences: [{ PropertyPath: "/Value", ExpectedValue: "1", ActualValue: "2", DifferenceType: "NOT_EQUAL" }],
      },
      {
        id: "B",
        status: "MODIFIED",
        differences: [
          { PropertyPath: "/Tags", ExpectedValue: "null", ActualValue: "z", DifferenceType: "ADD" },
          {
            PropertyPath: "/Nested/Path",
            ExpectedValue: "/health",
            ActualValue: "/other",
            DifferenceType: "NOT_EQUAL",
          },
          { PropertyPath: "/Nested/Code", ExpectedValue: "200", ActualValue: "null", DifferenceType: "REMOVE" },
        ],
      },
    ]);
  });

  it("finds what is gone, and returns only the statuses asked for", async () => {
    cloud.items.live.delete("A-1");
    await detect();
    const { StackResourceDrifts } = await cloud.cfn.send(
      new DescribeStackResourceDriftsCommand({ StackName: "app", StackResourceDriftStatusFilters: ["DELETED"] }),
    );
    expect(StackResourceDrifts).toMatchObject([{ LogicalResourceId: "A", StackResourceDriftStatus: "DELETED" }]);
  });

  it("has no result for a stack that it never checked", async () => {
    await expect(cloud.cfn.send(new DescribeStackResourceDriftsCommand({ StackName: "app" }))).rejects.toThrow(
      "Drift detection has not been run",
    );
    expect(await operator.stack()).toMatchObject({ DriftInformation: { StackDriftStatus: "NOT_CHECKED" } });
  });
});
