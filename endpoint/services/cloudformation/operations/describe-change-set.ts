import { unlessEmpty } from "#endpoint/core/properties.ts";
import type { Output } from "#endpoint/core/service.ts";
import type { ChangeSet } from "../change-sets.ts";
import type { Difference } from "../stack/difference.ts";
import type { Policy } from "../template/document.ts";
import { describeParameters, describeTags, time } from "./describe.ts";

/** CDK takes a failed change set that says this for "nothing to do". */
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

function statusOf(set: ChangeSet): Output {
  switch (set.state) {
    case "available":
      return { Status: "CREATE_COMPLETE", ExecutionStatus: "AVAILABLE" };
    case "empty":
      return { Status: "FAILED", StatusReason: NO_CHANGES, ExecutionStatus: "UNAVAILABLE" };
    case "executed":
      return { Status: "CREATE_COMPLETE", ExecutionStatus: "EXECUTE_COMPLETE" };
  }
}

/** For ListChangeSets, and the greater part of DescribeChangeSet. */
export function summarizeChangeSet(set: ChangeSet): Output {
  return {
    ChangeSetId: set.id,
    ChangeSetName: set.name,
    StackId: set.stack.id,
    StackName: set.stack.name,
    Description: set.description,
    CreationTime: time(set.createdAt),
    IncludeNestedStacks: false,
    ...statusOf(set),
  };
}

export function describeChangeSet(set: ChangeSet, differences: readonly Difference[]): Output {
  return {
    ...summarizeChangeSet(set),
    Parameters: unlessEmpty(describeParameters(set.target.parameters)),
    NotificationARNs: set.options.notificationArns,
    RollbackConfiguration: {},
    Capabilities: set.options.capabilities,
    Tags: unlessEmpty(describeTags(set.target.tags)),
    Changes: differences.map((difference) => ({ Type: "Resource", ResourceChange: describeDifference(difference) })),
  };
}

function describeDifference(difference: Difference): Output {
  switch (difference.kind) {
    case "add":
      return {
        Action: "Add",
        LogicalResourceId: difference.logicalId,
        ResourceType: difference.type,
        Scope: [],
        Details: [],
      };
    case "remove": {
      const { logicalId, state, type, deletionPolicy } = difference.resource;
      return {
        PolicyAction: policyAction(deletionPolicy),
        Action: "Remove",
        LogicalResourceId: logicalId,
        PhysicalResourceId: state?.physicalId,
        ResourceType: type,
        Scope: [],
        Details: [],
      };
    }
    case "modify": {
      const { logicalId, state, type } = difference.resource;
      return {
        PolicyAction: difference.replace ? `ReplaceAnd${policyAction(difference.replacePolicy)}` : undefined,
        Action: "Modify",
        LogicalResourceId: logicalId,
        PhysicalResourceId: state?.physicalId,
        ResourceType: type,
        Replacement: difference.replace ? "True" : "False",
        Scope: ["Properties"],
        Details: difference.changed.map((name) => ({
          Target: {
            Attribute: "Properties",
            Name: name,
            RequiresRecreation: difference.replacing.includes(name) ? "Always" : "Never",
          },
          Evaluation: "Static",
          ChangeSource: "DirectModification",
        })),
      };
    }
  }
}

function policyAction(policy: Policy): "Delete" | "Retain" | "Snapshot" {
  return policy === "RetainExceptOnCreate" ? "Retain" : policy;
}
