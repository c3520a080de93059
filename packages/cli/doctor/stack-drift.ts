import {
  CloudFormationClient,
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  paginateDescribeStackResourceDrifts,
  paginateDescribeStacks,
  type StackResourceDrift,
} from "@aws-sdk/client-cloudformation";
import { names } from "#fleet";
import { formatDuration } from "../duration.ts";
import { reasonOf } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";
import type { Report } from "./check.ts";

/** A resource that differs from what its stack deployed. */
export interface DriftedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: "MODIFIED" | "DELETED";
  readonly differences: readonly PropertyDrift[];
}

export interface PropertyDrift {
  /** `/HealthCheckPath` */
  readonly path: string;
  /** Do not print it carelessly: it may be a variable's value. */
  readonly expected: string;
  readonly actual: string;
  readonly type: "ADD" | "REMOVE" | "NOT_EQUAL";
}

export interface StackDrift {
  readonly drifted: readonly DriftedResource[];
  /** What could not be determined, and why. */
  readonly unknown: readonly string[];
}

/**
 * A detection takes from seconds to minutes:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
 */
const usualPatienceMs = 3 * 60_000;

/** Has CloudFormation compare every stack of the stage with what exists now. */
export async function detectDrift(stage: Stage, patienceMs = usualPatienceMs, report: Report): Promise<StackDrift> {
  const stacks = await listStacks(stage);
  const deadline = Date.now() + patienceMs;
  report(`CloudFormation compares ${stacks.length} stacks with what exists, ${formatDuration(patienceMs)} at most`);
  const outcomes = await Promise.all(stacks.map(({ name }) => detectIn(stage, name, deadline)));
  return {
    drifted: outcomes.flatMap(({ drifted }) => drifted),
    unknown: outcomes.flatMap(({ unknown }) => unknown),
  };
}

/** Those of the stage. */
export async function listStacks({ plan, aws }: Stage) {
  const found: { readonly name: string; readonly status: string }[] = [];
  for await (const { Stacks = [] } of paginateDescribeStacks({ client: aws.client(CloudFormationClient) }, {})) {
    found.push(...Stacks.map(({ StackName = "", StackStatus = "" }) => ({ name: StackName, status: StackStatus })));
  }
  return found.filter(({ name }) => name.startsWith(names.stacks(plan.stage)));
}

async function detectIn(stage: Stage, StackName: string, deadline: number): Promise<StackDrift> {
  const client = stage.aws.client(CloudFormationClient);
  try {
    const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName }));
    const { DetectionStatus, DetectionStatusReason } = await waitFor(
      async () => {
        const command = new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId });
        const status = await client.send(command);
        return status.DetectionStatus === "DETECTION_IN_PROGRESS" ? undefined : status;
      },
      {
        everyMs: pollMs(stage.plan),
        atMostMs: Math.max(0, deadline - Date.now()),
        signal: stage.signal,
        until: `the drift of ${StackName}; --timeout gives it longer`,
      },
    );
    const drifted = await readDrifted(client, StackName);
    // It fails for one resource and still reports the others.
    if (DetectionStatus === "DETECTION_COMPLETE") return { drifted, unknown: [] };
    return { drifted, unknown: [`Not all of ${StackName} could be compared: ${DetectionStatusReason ?? "no reason"}`] };
  } catch (error) {
    return { drifted: [], unknown: [`${StackName} could not be compared: ${reasonOf(error)}`] };
  }
}

async function readDrifted(client: CloudFormationClient, StackName: string): Promise<readonly DriftedResource[]> {
  const found: DriftedResource[] = [];
  const pages = paginateDescribeStackResourceDrifts(
    { client },
    { StackName, StackResourceDriftStatusFilters: ["MODIFIED", "DELETED"] },
  );
  for await (const { StackResourceDrifts = [] } of pages) {
    found.push(...StackResourceDrifts.map((one) => driftedResource(StackName, one)));
  }
  return found;
}

function driftedResource(stack: string, drift: StackResourceDrift): DriftedResource {
  return {
    stack,
    logicalId: drift.LogicalResourceId ?? "",
    physicalId: drift.PhysicalResourceId ?? "",
    type: drift.ResourceType ?? "",
    status: drift.StackResourceDriftStatus === "DELETED" ? "DELETED" : "MODIFIED",
    differences: (drift.PropertyDifferences ?? []).map((one) => ({
      path: one.PropertyPath ?? "",
      expected: one.ExpectedValue ?? "",
      actual: one.ActualValue ?? "",
      type: one.DifferenceType ?? "NOT_EQUAL",
    })),
  };
}
