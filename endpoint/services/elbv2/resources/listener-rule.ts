import * as v from "valibot";
import { notEmulated } from "#endpoint/core/errors.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { ControlPlane } from "../control-plane.ts";
import { createRule, deleteRule, modifyRule, rulePriority, setRulePriorities } from "../operations/rules.ts";
import { withTags } from "../operations/tags.ts";
import { shownCondition } from "../rule-conditions.ts";
import { action, condition, tags, text } from "../schema.ts";
import { stackTags } from "./tagging.ts";

const schema = v.object({
  ListenerArn: text,
  Priority: rulePriority,
  Conditions: v.array(condition),
  Actions: v.array(action),
  Transforms: v.optional(v.array(v.unknown()), []),
  Tags: tags,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listenerrule.html */
export function listenerRuleResource(control: ControlPlane): ResourceProvider {
  const { records } = control;
  return {
    replaceOn: ["ListenerArn"],
    async create(properties, context) {
      const { Transforms, ...input } = parseProperties(schema, properties, context);
      if (Transforms.length > 0) throw notEmulated("A listener rule with transforms");
      const rule = await createRule(control, { ...input, Tags: stackTags(input.Tags, context) });
      return stateOf(rule.arn);
    },
    async update(current, properties, _, context) {
      const { Transforms, ...input } = parseProperties(schema, properties, context);
      if (Transforms.length > 0) throw notEmulated("A listener rule with transforms");
      const rule = records.rule(current.physicalId);
      if (rule.priority !== input.Priority) {
        await setRulePriorities(control, [{ RuleArn: rule.arn, Priority: input.Priority }]);
      }
      await modifyRule(control, { RuleArn: rule.arn, Conditions: input.Conditions, Actions: input.Actions });
      records.tags.set(rule.arn, withTags(undefined, stackTags(input.Tags, context)));
      return stateOf(rule.arn);
    },
    async delete(current) {
      if (records.rules.has(current.physicalId)) await deleteRule(control, current.physicalId);
    },
    read({ physicalId }) {
      const rule = records.rules.get(physicalId);
      if (rule === undefined) return undefined;
      return {
        ListenerArn: rule.listenerArn,
        Priority: rule.priority,
        Conditions: rule.conditions.map(shownCondition),
        Actions: rule.actions,
      };
    },
  };
}

function stateOf(arn: string): ResourceState {
  return { physicalId: arn, attributes: { RuleArn: arn, IsDefault: false } };
}
