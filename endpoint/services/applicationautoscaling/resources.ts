import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, Resources } from "#endpoint/core/service.ts";
import type { ApplicationAutoScalingEngine } from "./engine.ts";
import { bounds, scalable, scheduledAction, tracking } from "./model.ts";
import type { ScalableTargets } from "./scalable-targets.ts";

export function resourcesOf({ targets }: ApplicationAutoScalingEngine): Resources {
  return {
    "AWS::ApplicationAutoScaling::ScalableTarget": scalableTargetResource(targets),
    "AWS::ApplicationAutoScaling::ScalingPolicy": scalingPolicyResource(targets),
  };
}

const targetProperties = v.object({
  ...scalable,
  ...bounds,
  RoleARN: v.optional(v.string()),
  ScheduledActions: v.optional(v.array(scheduledAction), []),
});

const dimension = "ecs:service:DesiredCount";

/** `Ref` is `<resource>|<dimension>|<namespace>`. */
function scalableTargetResource(targets: ScalableTargets): ResourceProvider {
  const put = (properties: Properties, context: ResourceContext) => {
    const { ResourceId, ScheduledActions, ...input } = parseProperties(targetProperties, properties, context);
    const target = targets.register(ResourceId, input);
    const wanted = new Set(ScheduledActions.map(({ ScheduledActionName }) => ScheduledActionName));
    for (const name of target.actions.keys()) if (!wanted.has(name)) targets.deleteAction(ResourceId, name);
    for (const action of ScheduledActions) targets.putAction(ResourceId, action);
    const id = `${ResourceId}|${dimension}|ecs`;
    return { physicalId: id, attributes: { Id: id } };
  };
  return {
    replaceOn: ["ResourceId", "ScalableDimension", "ServiceNamespace"],
    create: async (properties, context) => put(properties, context),
    update: async (_current, properties, _previous, context) => put(properties, context),
    async delete({ physicalId }) {
      gone(() => targets.deregister(resourceOf(physicalId)));
    },
  };
}

const policyProperties = v.object({
  PolicyName: v.string(),
  PolicyType: v.picklist(["TargetTrackingScaling"], "StepScaling is not emulated by the local endpoint"),
  ScalingTargetId: v.optional(v.string()),
  ResourceId: v.optional(v.string()),
  TargetTrackingScalingPolicyConfiguration: tracking,
});

/** `Ref` is the policy's ARN. */
function scalingPolicyResource(targets: ScalableTargets): ResourceProvider {
  const put = (properties: Properties, context: ResourceContext) => {
    const wanted = parseProperties(policyProperties, properties, context);
    const resourceId = wanted.ResourceId ?? resourceOf(wanted.ScalingTargetId ?? "");
    const { arn } = targets.putPolicy(resourceId, wanted.PolicyName, wanted.TargetTrackingScalingPolicyConfiguration);
    return { physicalId: arn, attributes: { Arn: arn } };
  };
  return {
    replaceOn: ["PolicyName", "ResourceId", "ScalableDimension", "ScalingTargetId", "ServiceNamespace"],
    create: async (properties, context) => put(properties, context),
    update: async (_current, properties, _previous, context) => put(properties, context),
    async delete({ physicalId }) {
      const [, resourceId = "", name = ""] = /:resource\/ecs\/(.+):policyName\/(.+)$/.exec(physicalId) ?? [];
      gone(() => targets.deletePolicy(resourceId, name));
    },
  };
}

function resourceOf(targetId: string): string {
  return targetId.split("|")[0] ?? "";
}

/** Deleting what is gone already is a success. */
function gone(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!(error instanceof AwsError && error.code === "ObjectNotFoundException")) throw error;
  }
}
