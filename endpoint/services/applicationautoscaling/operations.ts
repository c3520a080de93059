import * as v from "valibot";
import { validationError } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { ApplicationAutoScalingEngine } from "./engine.ts";
import { bounds, scalable, scheduledAction, tracking } from "./model.ts";

const paging = { MaxResults: v.optional(v.number(), 50), NextToken: v.optional(v.string()) };
const which = {
  ServiceNamespace: scalable.ServiceNamespace,
  ScalableDimension: v.optional(scalable.ScalableDimension),
  ...paging,
};
const one = { ...which, ResourceId: v.optional(v.string()) };
const seconds = (at: number) => at / 1_000;

function page<T>(
  items: readonly T[],
  { MaxResults, NextToken }: { MaxResults: number; NextToken?: string | undefined },
) {
  const refusal = () => validationError("The NextToken is invalid.");
  const { items: shown, next } = pageOf(items, MaxResults, NextToken, refusal);
  return { shown, ...(next !== undefined && { NextToken: next }) };
}

export function operationsOf({ targets, activities }: ApplicationAutoScalingEngine): Operations {
  const of = (resourceId: string | undefined) =>
    targets.all().filter((target) => resourceId === undefined || target.resourceId === resourceId);
  return {
    RegisterScalableTarget: define(v.object({ ...scalable, ...bounds }), ({ ResourceId, ...input }) => {
      targets.register(ResourceId, input);
      return {};
    }),
    DeregisterScalableTarget: define(v.object(scalable), ({ ResourceId }) => {
      targets.deregister(ResourceId);
      return {};
    }),
    DescribeScalableTargets: define(v.object({ ...which, ResourceIds: v.optional(v.array(v.string())) }), (input) => {
      const found = targets.all().filter(({ resourceId }) => input.ResourceIds?.includes(resourceId) ?? true);
      const { shown, ...next } = page(found, input);
      return {
        ScalableTargets: shown.map(({ resourceId, min, max, createdAt }) => ({
          ...kind,
          ResourceId: resourceId,
          MinCapacity: min,
          MaxCapacity: max,
          CreationTime: seconds(createdAt),
        })),
        ...next,
      };
    }),
    PutScalingPolicy: define(
      v.object({
        ...scalable,
        PolicyName: v.string(),
        PolicyType: v.picklist(["TargetTrackingScaling"], "StepScaling is not emulated by the local endpoint"),
        TargetTrackingScalingPolicyConfiguration: tracking,
      }),
      ({ ResourceId, PolicyName, TargetTrackingScalingPolicyConfiguration }) => {
        const { arn, alarms } = targets.putPolicy(ResourceId, PolicyName, TargetTrackingScalingPolicyConfiguration);
        return { PolicyARN: arn, Alarms: Object.values(alarms).map((AlarmName) => ({ AlarmName })) };
      },
    ),
    DeleteScalingPolicy: define(v.object({ ...scalable, PolicyName: v.string() }), ({ ResourceId, PolicyName }) => {
      targets.deletePolicy(ResourceId, PolicyName);
      return {};
    }),
    DescribeScalingPolicies: define(v.object(one), (input) => {
      const found = of(input.ResourceId).flatMap(({ resourceId, policies }) =>
        [...policies.values()].map((policy) => ({ resourceId, policy })),
      );
      const { shown, ...next } = page(found, input);
      return {
        ScalingPolicies: shown.map(({ resourceId, policy }) => ({
          ...kind,
          PolicyARN: policy.arn,
          PolicyName: policy.name,
          ResourceId: resourceId,
          PolicyType: "TargetTrackingScaling",
          TargetTrackingScalingPolicyConfiguration: policy.tracking,
          Alarms: Object.values(policy.alarms).map((AlarmName) => ({ AlarmName })),
          CreationTime: seconds(policy.createdAt),
        })),
        ...next,
      };
    }),
    DescribeScalingActivities: define(v.object(one), (input) => {
      const { shown, ...next } = page(activities.of(input.ResourceId), input);
      return {
        ScalingActivities: shown.map(({ id, resourceId, description, cause, at, message }) => ({
          ...kind,
          ActivityId: id,
          ResourceId: resourceId,
          Description: description,
          Cause: cause,
          StartTime: seconds(at),
          EndTime: seconds(at),
          StatusCode: "Successful",
          StatusMessage: message,
        })),
        ...next,
      };
    }),
    PutScheduledAction: define(v.object({ ...scalable, ...scheduledAction.entries }), ({ ResourceId, ...input }) => {
      targets.putAction(ResourceId, input);
      return {};
    }),
    DeleteScheduledAction: define(v.object({ ...scalable, ScheduledActionName: v.string() }), (input) => {
      targets.deleteAction(input.ResourceId, input.ScheduledActionName);
      return {};
    }),
    DescribeScheduledActions: define(v.object(one), (input) => {
      const found = of(input.ResourceId).flatMap(({ resourceId, actions }) =>
        [...actions.values()].map((action) => ({ resourceId, action })),
      );
      const { shown, ...next } = page(found, input);
      return {
        ScheduledActions: shown.map(({ resourceId, action: { name, arn, input: given, createdAt } }) => ({
          ...kind,
          ScheduledActionName: name,
          ScheduledActionARN: arn,
          ResourceId: resourceId,
          Schedule: given.Schedule,
          Timezone: given.Timezone,
          ScalableTargetAction: given.ScalableTargetAction,
          CreationTime: seconds(createdAt),
        })),
        ...next,
      };
    }),
  };
}

/** What all that is here has in common. */
const kind = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" };
