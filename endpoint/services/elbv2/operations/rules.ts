import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { type ControlPlane, limits } from "../control-plane.ts";
import { type ListenerRecord, newId, type RuleRecord } from "../records.ts";
import { completeActions } from "../rule-actions.ts";
import { checkConditions, shownCondition } from "../rule-conditions.ts";
import { action, condition, integer, invalid, paged, paging, tags, text, texts } from "../schema.ts";
import { withTags } from "./tags.ts";

export const rulePriority = v.pipe(integer, v.minValue(1), v.maxValue(50_000));

const createInput = v.object({
  ListenerArn: text,
  Priority: rulePriority,
  Conditions: v.array(condition),
  Actions: v.array(action),
  Tags: tags,
});
const modifyInput = v.object({
  RuleArn: text,
  Conditions: v.optional(v.array(condition)),
  Actions: v.optional(v.array(action)),
});
const prioritiesInput = v.object({ RulePriorities: v.array(v.object({ RuleArn: text, Priority: rulePriority })) });

export async function createRule(control: ControlPlane, input: v.InferOutput<typeof createInput>): Promise<RuleRecord> {
  const { records } = control;
  const listener = records.listener(input.ListenerArn);
  checkConditions(input.Conditions);
  const actions = completeActions(input.Actions, records);
  control.checkAssociations(listener.loadBalancerArn, actions);
  checkPriority(control, listener.arn, input.Priority);
  const rules = records.listenersOf(listener.loadBalancerArn).flatMap(({ arn }) => records.rulesOf(arn));
  if (rules.length >= limits.rulesPerLoadBalancer) {
    throw new AwsError(
      "TooManyRules",
      `The maximum number of rules '${limits.rulesPerLoadBalancer}' on load balancer '${listener.loadBalancerArn}' has been reached`,
    );
  }
  const record: RuleRecord = {
    arn: `${listener.arn.replace(":listener/", ":listener-rule/")}/${newId()}`,
    listenerArn: listener.arn,
    priority: input.Priority,
    conditions: input.Conditions,
    actions,
  };
  records.tags.set(record.arn, withTags(undefined, input.Tags));
  records.rules.set(record.arn, record);
  await control.publish(listener.loadBalancerArn);
  return record;
}

export async function modifyRule(control: ControlPlane, input: v.InferOutput<typeof modifyInput>): Promise<RuleRecord> {
  const { records } = control;
  const record = changeable(control, input.RuleArn);
  if (input.Conditions !== undefined) checkConditions(input.Conditions);
  const actions = input.Actions === undefined ? record.actions : completeActions(input.Actions, records);
  const { loadBalancerArn } = records.listener(record.listenerArn);
  control.checkAssociations(loadBalancerArn, actions);
  Object.assign(record, { actions, conditions: input.Conditions ?? record.conditions });
  await control.publish(loadBalancerArn);
  return record;
}

export async function deleteRule(control: ControlPlane, arn: string): Promise<void> {
  const { records } = control;
  const record = changeable(control, arn);
  records.rules.delete(arn);
  records.tags.delete(arn);
  await control.publish(records.listener(record.listenerArn).loadBalancerArn);
}

/** All of them or none: a permutation of priorities passes through no state in which two are equal. */
export async function setRulePriorities(
  control: ControlPlane,
  changes: v.InferOutput<typeof prioritiesInput>["RulePriorities"],
): Promise<readonly RuleRecord[]> {
  const { records } = control;
  const changed = changes.map(({ RuleArn }) => changeable(control, RuleArn));
  for (const [index, record] of changed.entries()) {
    const wanted = changes[index]?.Priority ?? record.priority;
    const kept = records.rulesOf(record.listenerArn).filter((rule) => !changed.includes(rule));
    const clash = kept.some((rule) => rule.priority === wanted);
    const twice = changes.filter(({ Priority }) => Priority === wanted).length > 1;
    if (clash || twice) throw priorityInUse(wanted);
  }
  for (const [index, record] of changed.entries()) record.priority = changes[index]?.Priority ?? record.priority;
  const balancers = new Set(changed.map((record) => records.listener(record.listenerArn).loadBalancerArn));
  await Promise.all([...balancers].map((arn) => control.publish(arn)));
  return changed;
}

function changeable({ records }: ControlPlane, arn: string): RuleRecord {
  const isDefault = [...records.listeners.values()].some((listener) => listener.defaultRuleArn === arn);
  if (isDefault) throw new AwsError("OperationNotPermitted", `Default rule '${arn}' cannot be modified`);
  return records.rule(arn);
}

function checkPriority({ records }: ControlPlane, listenerArn: string, wanted: number): void {
  if (records.rulesOf(listenerArn).some((rule) => rule.priority === wanted)) throw priorityInUse(wanted);
}

function priorityInUse(wanted: number): AwsError {
  return new AwsError("PriorityInUse", `Priority '${wanted}' is currently in use`);
}

function shown(record: RuleRecord) {
  return {
    RuleArn: record.arn,
    Priority: String(record.priority),
    Conditions: record.conditions.map(shownCondition),
    Actions: record.actions,
    IsDefault: false,
  };
}

function shownDefault(listener: ListenerRecord) {
  return {
    RuleArn: listener.defaultRuleArn,
    Priority: "default",
    Conditions: [],
    Actions: listener.actions,
    IsDefault: true,
  };
}

export function ruleOperations(control: ControlPlane): Operations {
  const { records } = control;
  const shownByArn = (arn: string) => {
    const listener = [...records.listeners.values()].find((one) => one.defaultRuleArn === arn);
    return listener === undefined ? shown(records.rule(arn)) : shownDefault(listener);
  };
  return {
    CreateRule: define(createInput, async (input) => ({ Rules: [shown(await createRule(control, input))] })),
    ModifyRule: define(modifyInput, async (input) => ({ Rules: [shown(await modifyRule(control, input))] })),
    DeleteRule: define(v.object({ RuleArn: text }), async ({ RuleArn }) => {
      await deleteRule(control, RuleArn);
      return {};
    }),
    SetRulePriorities: define(prioritiesInput, async ({ RulePriorities }) => ({
      Rules: (await setRulePriorities(control, RulePriorities)).map(shown),
    })),
    DescribeRules: define(
      v.object({ ListenerArn: v.optional(text), RuleArns: v.optional(texts), ...paging }),
      (input) => {
        if (input.RuleArns === undefined && input.ListenerArn === undefined) {
          throw invalid("You must specify either listener rule ARNs or a listener ARN");
        }
        if (input.RuleArns !== undefined) return { Rules: input.RuleArns.map(shownByArn) };
        const listener = records.listener(input.ListenerArn ?? "");
        const all = [...records.rulesOf(listener.arn).map(shown), shownDefault(listener)];
        const { page, NextMarker } = paged(all, input);
        return { Rules: page, NextMarker };
      },
    ),
  };
}
