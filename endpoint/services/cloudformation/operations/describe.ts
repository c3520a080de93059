import { unlessEmpty } from "#endpoint/core/properties.ts";
import type { Output } from "#endpoint/core/service.ts";
import type { Stack, StackEvent, StackResource } from "../stack/stack.ts";
import type { StackParameter } from "../template/parameters.ts";

/** Members that are undefined are left out of the answer. */
export function time(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

function driftOf({ drift }: Stack): Output {
  if (drift === undefined) return { StackDriftStatus: "NOT_CHECKED" };
  return { StackDriftStatus: drift.status, LastCheckTimestamp: time(drift.at) };
}

export function describeStack(stack: Stack): Output {
  const { current, options } = stack;
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: current?.template.Description,
    ChangeSetId: stack.changeSetId,
    Parameters: unlessEmpty(describeParameters(current?.parameters ?? [])),
    CreationTime: time(stack.createdAt),
    LastUpdatedTime: time(stack.updatedAt),
    DeletionTime: time(stack.deletedAt),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: options.disableRollback,
    NotificationARNs: options.notificationArns,
    Capabilities: unlessEmpty(options.capabilities),
    Outputs: unlessEmpty(
      stack.outputs.map((output) => ({
        OutputKey: output.key,
        OutputValue: output.value,
        Description: output.description,
        ExportName: output.exportName,
      })),
    ),
    RoleARN: options.roleArn,
    Tags: describeTags(current?.tags ?? {}),
    EnableTerminationProtection: stack.deletedAt === undefined ? stack.terminationProtection : undefined,
    DriftInformation: driftOf(stack),
  };
}

export function describeTags(tags: Readonly<Record<string, string>>): Output[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** What `NoEcho` hides, in CloudFormation's four asterisks. */
export function describeParameters(parameters: readonly StackParameter[]): Output[] {
  return parameters.map(({ key, value, resolved, noEcho }) => ({
    ParameterKey: key,
    ParameterValue: noEcho ? "****" : value,
    ResolvedValue: resolved,
  }));
}

export function summarizeStack(stack: Stack): Output {
  return {
    StackId: stack.id,
    StackName: stack.name,
    TemplateDescription: stack.current?.template.Description,
    CreationTime: time(stack.createdAt),
    LastUpdatedTime: time(stack.updatedAt),
    DeletionTime: time(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DriftInformation: driftOf(stack),
  };
}

export function describeEvent(stack: Stack, event: StackEvent): Output {
  return {
    StackId: stack.id,
    EventId: event.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: time(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ClientRequestToken: event.token,
  };
}

function resourceCore(resource: StackResource): Output {
  return {
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.state?.physicalId,
    ResourceType: resource.type,
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.reason,
    DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" },
  };
}

/** For DescribeStackResources. */
export function describeResource(stack: Stack, resource: StackResource): Output {
  return { ...resourceCore(resource), StackId: stack.id, StackName: stack.name, Timestamp: time(resource.at) };
}

/** For DescribeStackResource, which calls the time by another name and shows the metadata. */
export function detailResource(stack: Stack, resource: StackResource): Output {
  return {
    ...resourceCore(resource),
    StackId: stack.id,
    StackName: stack.name,
    LastUpdatedTimestamp: time(resource.at),
    Metadata: JSON.stringify(resource.metadata ?? {}),
  };
}

/** For ListStackResources. */
export function summarizeResource(resource: StackResource): Output {
  return { ...resourceCore(resource), LastUpdatedTimestamp: time(resource.at) };
}
