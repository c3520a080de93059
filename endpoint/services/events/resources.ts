import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { jsonDocument, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, Resources } from "#endpoint/core/service.ts";
import type { EventsEngine } from "./engine.ts";
import { DEFAULT_BUS } from "./rules.ts";
import { target } from "./target.ts";

export function resourcesOf(engine: EventsEngine): Resources {
  return {
    "AWS::Events::Rule": ruleResource(engine),
    "AWS::Events::EventBus": busResource(engine),
    "AWS::Events::EventBusPolicy": busPolicyResource(engine),
  };
}

const ruleProperties = v.object({
  Name: v.optional(v.string()),
  EventBusName: v.optional(v.string()),
  EventPattern: v.optional(jsonDocument),
  ScheduleExpression: v.optional(v.string()),
  Description: v.optional(v.string()),
  RoleArn: v.optional(v.string()),
  State: v.optional(v.string(), "ENABLED"),
  Targets: v.optional(v.array(target), []),
  Tags: v.optional(tagList),
});
const busProperties = v.object({ Name: v.string(), Tags: v.optional(tagList) });

/** `Ref` of a rule on another bus than the default one is `<bus>|<rule>`. */
const ruleId = (name: string, bus: string) => (bus === DEFAULT_BUS ? name : `${bus}|${name}`);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html */
function ruleResource({ rules, timetable, tags }: EventsEngine): ResourceProvider {
  const put = async (name: string, given: Properties, context: ResourceContext) => {
    const parsed = parseProperties(ruleProperties, given, context);
    const rule = rules.put(name, parsed.EventBusName, {
      eventPattern: parsed.EventPattern,
      scheduleExpression: parsed.ScheduleExpression,
      description: parsed.Description,
      roleArn: parsed.RoleArn,
      enabled: parsed.State !== "DISABLED",
    });
    const cleared = rules.removeTargets(rule, [...rule.targets.keys()]);
    rules.putTargets(cleared, parsed.Targets);
    tags.set(rule.arn, new Map(Object.entries(tagsOf(parsed.Tags, context))));
    timetable.refresh(name);
    return { physicalId: ruleId(name, rule.bus), attributes: { Arn: rule.arn } };
  };
  return {
    replaceOn: ["Name", "EventBusName"],
    create(given, context) {
      const { Name } = parseProperties(ruleProperties, given, context);
      return put(Name ?? physicalName(context, 64), given, context);
    },
    update: (current, given, _previous, context) =>
      put(current.physicalId.slice(current.physicalId.indexOf("|") + 1), given, context),
    async delete(current) {
      const [name = "", bus] = current.physicalId.split("|").toReversed();
      try {
        const rule = rules.get(name, bus);
        rules.removeTargets(rule, [...rule.targets.keys()]);
        rules.delete(name, bus);
        tags.delete(rule.arn);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "ResourceNotFoundException") throw error;
      }
      timetable.refresh(name);
    },
  };
}

function busResource({ rules }: EventsEngine): ResourceProvider {
  return {
    replaceOn: ["Name"],
    async create(given, context) {
      const { Name } = parseProperties(busProperties, given, context);
      const { arn } = rules.createBus(Name);
      return { physicalId: Name, attributes: { Arn: arn, Name } };
    },
    update: async (current) => current,
    async delete(current) {
      rules.deleteBus(current.physicalId);
    },
  };
}

const busPolicyProperties = v.object({
  EventBusName: v.optional(v.string()),
  StatementId: v.string(),
  Statement: v.optional(v.pipe(jsonDocument, v.parseJson(), v.record(v.string(), v.unknown()))),
  Action: v.optional(v.string()),
  Principal: v.optional(v.string()),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html */
function busPolicyResource({ rules, place }: EventsEngine): ResourceProvider {
  const put = (given: Properties, context: ResourceContext) => {
    const { EventBusName, StatementId, Statement, Action, Principal } = parseProperties(
      busPolicyProperties,
      given,
      context,
    );
    const { arn, statements } = rules.bus(EventBusName);
    const account = Principal === "*" ? "*" : { AWS: `arn:aws:iam::${Principal ?? place.account}:root` };
    const statement = Statement ?? { Effect: "Allow", Principal: account, Action, Resource: arn };
    statements.set(StatementId, { Sid: StatementId, ...statement });
    return `${EventBusName ?? DEFAULT_BUS}|${StatementId}`;
  };
  return {
    replaceOn: ["EventBusName", "StatementId"],
    create: async (given, context) => ({ physicalId: put(given, context), attributes: {} }),
    async update(current, given, _previous, context) {
      put(given, context);
      return current;
    },
    async delete({ physicalId }) {
      const [bus = "", statement = ""] = physicalId.split("|");
      rules.find(bus)?.statements.delete(statement);
    },
  };
}
