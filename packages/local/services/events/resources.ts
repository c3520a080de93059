import * as v from "valibot";
import { AwsError } from "#local/endpoint/errors.ts";
import { physicalName } from "#local/endpoint/physical-name.ts";
import { jsonDocument, parseProperties, tagList, tagsOf } from "#local/endpoint/properties.ts";
import type { Properties, ResourceContext, ResourceProvider } from "#local/endpoint/service.ts";
import type { EventsEngine } from "./engine.ts";
import { DEFAULT_BUS } from "./rules.ts";
import { target } from "./target.ts";

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
export function ruleResource({ book, timetable, tags }: EventsEngine): ResourceProvider {
  const put = async (name: string, given: Properties, context: ResourceContext) => {
    const parsed = parseProperties(ruleProperties, given, context);
    const rule = book.put(name, parsed.EventBusName, {
      eventPattern: parsed.EventPattern,
      scheduleExpression: parsed.ScheduleExpression,
      description: parsed.Description,
      roleArn: parsed.RoleArn,
      enabled: parsed.State !== "DISABLED",
    });
    const cleared = book.removeTargets(rule, [...rule.targets.keys()]);
    book.putTargets(cleared, parsed.Targets);
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
        const rule = book.get(name, bus);
        book.removeTargets(rule, [...rule.targets.keys()]);
        book.delete(name, bus);
        tags.delete(rule.arn);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "ResourceNotFoundException") throw error;
      }
      timetable.refresh(name);
    },
  };
}

export function busResource({ book }: EventsEngine): ResourceProvider {
  return {
    replaceOn: ["Name"],
    async create(given, context) {
      const { Name } = parseProperties(busProperties, given, context);
      const { arn } = book.createBus(Name);
      return { physicalId: Name, attributes: { Arn: arn, Name } };
    },
    update: async (current) => current,
    async delete(current) {
      book.deleteBus(current.physicalId);
    },
  };
}

/** Other accounts, which it would let in, do not exist here. */
export function busPolicyResource(): ResourceProvider {
  return {
    inert: true,
    replaceOn: ["EventBusName", "StatementId"],
    create: async (_given, context) => ({ physicalId: physicalName(context, 64), attributes: {} }),
    update: async (current) => current,
    delete: async () => undefined,
  };
}
