import * as v from "valibot";
import { validationError } from "#endpoint/core/errors.ts";
import { jsonObject, tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { EventsEngine } from "../engine.ts";
import { page, pageSchema } from "../page.ts";
import { parsePattern } from "../pattern.ts";
import type { Rule } from "../rules.ts";
import { target } from "../target.ts";

const ruleName = v.pipe(v.string(), v.minLength(1), v.maxLength(64), v.regex(/^[.\-_A-Za-z0-9]+$/));
const named = v.object({ Name: ruleName, EventBusName: v.optional(v.string()) });
const aimed = v.object({ Rule: v.string(), EventBusName: v.optional(v.string()) });
const definition = v.object({
  ...named.entries,
  EventPattern: v.optional(v.string()),
  ScheduleExpression: v.optional(v.string()),
  Description: v.optional(v.string()),
  RoleArn: v.optional(v.string()),
  State: v.optional(v.picklist(["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"]), "ENABLED"),
  Tags: v.optional(tagList),
});

function describe(rule: Rule) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.eventPattern,
    ScheduleExpression: rule.scheduleExpression,
    State: rule.enabled ? "ENABLED" : "DISABLED",
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.bus,
  };
}

export function ruleOperations({ rules, timetable, tags }: EventsEngine): Operations {
  const enable = (enabled: boolean) =>
    define(named, ({ Name, EventBusName }) => {
      rules.enable(Name, EventBusName, enabled);
      timetable.refresh(Name);
      return {};
    });
  return {
    PutRule: define(definition, (input) => {
      const rule = rules.put(input.Name, input.EventBusName, {
        eventPattern: input.EventPattern,
        scheduleExpression: input.ScheduleExpression,
        description: input.Description,
        roleArn: input.RoleArn,
        enabled: input.State !== "DISABLED",
      });
      if (input.Tags !== undefined) tags.set(rule.arn, new Map(input.Tags.map(({ Key, Value }) => [Key, Value])));
      timetable.refresh(rule.name);
      return { RuleArn: rule.arn };
    }),
    DescribeRule: define(named, ({ Name, EventBusName }) => describe(rules.get(Name, EventBusName))),
    ListRules: define(
      v.object({ ...pageSchema, NamePrefix: v.optional(v.string(), ""), EventBusName: v.optional(v.string()) }),
      (input) => {
        const all = [...rules.bus(input.EventBusName).rules.values()];
        const { items, NextToken } = page(
          all.filter((rule) => rule.name.startsWith(input.NamePrefix)),
          input,
        );
        return { Rules: items.map(describe), NextToken };
      },
    ),
    ListRuleNamesByTarget: define(
      v.object({ ...pageSchema, TargetArn: v.string(), EventBusName: v.optional(v.string()) }),
      (input) => {
        const aiming = [...rules.bus(input.EventBusName).rules.values()].filter((rule) =>
          [...rule.targets.values()].some((one) => one.Arn === input.TargetArn),
        );
        const { items, NextToken } = page(aiming, input);
        return { RuleNames: items.map((rule) => rule.name), NextToken };
      },
    ),
    DeleteRule: define(named, ({ Name, EventBusName }) => {
      rules.delete(Name, EventBusName);
      timetable.refresh(Name);
      return {};
    }),
    EnableRule: enable(true),
    DisableRule: enable(false),
    PutTargets: define(
      v.object({ ...aimed.entries, Targets: v.pipe(v.array(target), v.minLength(1), v.maxLength(100)) }),
      ({ Rule, EventBusName, Targets }) => {
        rules.putTargets(rules.get(Rule, EventBusName), Targets);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
    RemoveTargets: define(v.object({ ...aimed.entries, Ids: v.array(v.string()) }), ({ Rule, EventBusName, Ids }) => {
      rules.removeTargets(rules.get(Rule, EventBusName), Ids);
      return { FailedEntryCount: 0, FailedEntries: [] };
    }),
    ListTargetsByRule: define(v.object({ ...pageSchema, ...aimed.entries }), (input) => {
      const { items, NextToken } = page([...rules.get(input.Rule, input.EventBusName).targets.values()], input);
      return { Targets: items, NextToken };
    }),
    TestEventPattern: define(v.object({ EventPattern: v.string(), Event: v.string() }), ({ EventPattern, Event }) => {
      const { matches } = parsePattern(EventPattern);
      const event = v.safeParse(jsonObject, Event);
      if (!event.success) throw validationError("Parameter Event is not valid.");
      return { Result: matches(event.output) };
    }),
  };
}
