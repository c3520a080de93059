import * as v from "valibot";
import { define, type Operations, type Output } from "#endpoint/core/service.ts";
import type { Detection, ResourceDrift } from "../drift/detections.ts";
import type { CloudFormationEngine } from "../engine.ts";
import { pageOf } from "../page.ts";
import { isBusy, type Stack } from "../stack/stack.ts";
import { refused } from "../template/errors.ts";
import type { Json } from "../template/json.ts";
import { time } from "./describe.ts";
import { list, page, stackName } from "./input.ts";

const PAGE_SIZE = 100;

const DetectStackDrift = v.object({
  ...stackName,
  LogicalResourceIds: v.optional(list(v.string()), []),
});
const DescribeStackDriftDetectionStatus = v.object({ StackDriftDetectionId: v.string() });
const DescribeStackResourceDrifts = v.object({
  ...stackName,
  StackResourceDriftStatusFilters: v.optional(
    list(v.picklist(["IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED", "UNKNOWN", "UNSUPPORTED"])),
    [],
  ),
  ...page,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html */
export function driftOperations({ stacks, detections }: CloudFormationEngine): Operations {
  return {
    DetectStackDrift: define(DetectStackDrift, ({ StackName }) => {
      const stack = stacks.get(StackName);
      checkDetectable(stack);
      return { StackDriftDetectionId: detections.start(stack).id };
    }),

    DescribeStackDriftDetectionStatus: define(DescribeStackDriftDetectionStatus, ({ StackDriftDetectionId: id }) => {
      const detection = detections.find(id);
      if (detection === undefined) throw refused(`Drift detection ${id} does not exist`);
      return {
        StackId: detection.stack.id,
        StackDriftDetectionId: id,
        DetectionStatus: "DETECTION_COMPLETE",
        StackDriftStatus: detection.status,
        DriftedStackResourceCount: detection.drifts.filter(({ status }) => status !== "IN_SYNC").length,
        Timestamp: time(detection.startedAt),
      };
    }),

    DescribeStackResourceDrifts: define(DescribeStackResourceDrifts, (input): Output => {
      const stack = stacks.get(input.StackName);
      const detection = detections.lastOf(stack);
      if (detection === undefined) throw refused(`Drift detection has not been run on stack ${stack.id}`);
      const filters: readonly string[] = input.StackResourceDriftStatusFilters;
      const wanted = detection.drifts.filter(({ status }) => filters.length === 0 || filters.includes(status));
      const { items, nextToken } = pageOf(wanted, input.NextToken, PAGE_SIZE);
      return { StackResourceDrifts: items.map((one) => describe(detection, one)), NextToken: nextToken };
    }),
  };
}

function checkDetectable({ id, status }: Stack): void {
  if (isBusy(status) || status === "REVIEW_IN_PROGRESS" || status === "DELETE_COMPLETE")
    throw refused(`Drift detection cannot be run on stack ${id} in status ${status}`);
}

function describe({ stack, startedAt }: Detection, found: ResourceDrift): Output {
  const { resource, status, expected, actual, differences } = found;
  return {
    StackId: stack.id,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.state?.physicalId,
    ResourceType: resource.type,
    StackResourceDriftStatus: status,
    ExpectedProperties: JSON.stringify(expected),
    ActualProperties: actual === undefined ? undefined : JSON.stringify(actual),
    PropertyDifferences: differences.map((one) => ({
      PropertyPath: one.path,
      ExpectedValue: shown(one.expected),
      ActualValue: shown(one.actual),
      DifferenceType: one.type,
    })),
    Timestamp: time(startedAt),
  };
}

function shown(value: Json | undefined): string {
  if (value === undefined) return "null";
  return typeof value === "string" ? value : JSON.stringify(value);
}
