import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag, numeric, parseProperties } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext } from "#endpoint/core/service.ts";
import type { InertRecords } from "./inert-records.ts";
import { arn, type InertType, text } from "./inert-type.ts";

const name = v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/, "must be 1 to 128 of A-Z, a-z, 0-9, _ and -"));
const nothing = v.strictObject({});

function exactlyOne<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    v.strictObject(entries),
    v.check(
      (given) => Object.values(given).filter((value) => value !== undefined).length === 1,
      "must have exactly one",
    ),
  );
}

const visibility = v.strictObject({
  CloudWatchMetricsEnabled: flag,
  MetricName: v.pipe(v.string(), v.regex(/^[\w#:./-]{1,128}$/, "must be 1 to 128 of A-Z, a-z, 0-9 and _#:./-")),
  SampledRequestsEnabled: flag,
});
const action = exactlyOne({
  Allow: v.optional(nothing),
  Block: v.optional(nothing),
  Count: v.optional(nothing),
});

/** What they cost of the 1,500 units of a web ACL. https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html */
const managedGroups: Readonly<Record<string, number>> = {
  AWSManagedRulesAmazonIpReputationList: 25,
  AWSManagedRulesAnonymousIpList: 50,
  AWSManagedRulesCommonRuleSet: 700,
  AWSManagedRulesKnownBadInputsRuleSet: 200,
  AWSManagedRulesLinuxRuleSet: 200,
  AWSManagedRulesSQLiRuleSet: 200,
  AWSManagedRulesUnixRuleSet: 100,
};
const rateUnits = 2;
const mostUnits = 5_000;

const statement = exactlyOne({
  ManagedRuleGroupStatement: v.optional(
    v.strictObject({
      VendorName: v.literal("AWS"),
      Name: v.string(),
      RuleActionOverrides: v.optional(
        v.pipe(v.array(v.strictObject({ Name: name, ActionToUse: action })), v.maxLength(100)),
      ),
    }),
  ),
  RateBasedStatement: v.optional(
    v.strictObject({
      Limit: v.pipe(numeric, v.minValue(10), v.maxValue(2_000_000_000)),
      AggregateKeyType: v.picklist(["IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT"]),
      EvaluationWindowSec: v.optional(v.picklist([60, 120, 300, 600])),
    }),
  ),
});

const rule = v.pipe(
  v.strictObject({
    Name: name,
    Priority: v.pipe(numeric, v.integer(), v.minValue(0)),
    Action: v.optional(action),
    OverrideAction: v.optional(exactlyOne({ None: v.optional(nothing), Count: v.optional(nothing) })),
    Statement: statement,
    VisibilityConfig: visibility,
  }),
  // What a group does to a request is the group's: https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html
  v.check(
    ({ Action, OverrideAction, Statement }) =>
      Statement.ManagedRuleGroupStatement === undefined
        ? Action !== undefined && OverrideAction === undefined
        : Action === undefined && OverrideAction !== undefined,
    "a rule group must have an OverrideAction, and any other rule an Action",
  ),
);

const webAcl = v.looseObject({
  Name: v.optional(name),
  Scope: v.picklist(["REGIONAL", "CLOUDFRONT"]),
  DefaultAction: exactlyOne({ Allow: v.optional(nothing), Block: v.optional(nothing) }),
  Rules: v.optional(
    v.pipe(
      v.array(rule),
      v.check((rules) => differ(rules.map(({ Name }) => Name)), "have two of a Name"),
      v.check((rules) => differ(rules.map(({ Priority }) => Priority)), "have two of a Priority"),
    ),
    [],
  ),
  VisibilityConfig: visibility,
});

function differ(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

/** Requests are not held to the rules here: what counts is that AWS would take them. */
function checkWebAcl(properties: Properties, context: ResourceContext): void {
  const { Rules } = parseProperties(webAcl, properties, context);
  const groups = Rules.flatMap(({ Statement }) => Statement.ManagedRuleGroupStatement?.Name ?? []);
  const unknown = groups.find((group) => !Object.hasOwn(managedGroups, group));
  if (unknown !== undefined)
    throw new AwsError("WAFNonexistentItemException", `AWS WAF has no managed rule group ${unknown} of AWS.`);
  if (unitsOf(properties, context) > mostUnits)
    throw new AwsError("WAFLimitsExceededException", `AWS WAF takes ${mostUnits} units of capacity in a web ACL.`);
}

function unitsOf(properties: Properties, context: ResourceContext): number {
  const { Rules } = parseProperties(webAcl, properties, context);
  return Rules.reduce(
    (sum, { Statement }) => sum + (managedGroups[Statement.ManagedRuleGroupStatement?.Name ?? ""] ?? rateUnits),
    0,
  );
}

const association = v.strictObject({
  ResourceArn: v.pipe(
    v.string(),
    v.regex(
      /^arn:[\w-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/app\//,
      "must be the ARN of an application load balancer",
    ),
  ),
  WebACLArn: v.string(),
});

function checkAssociation(properties: Properties, context: ResourceContext, records: InertRecords): void {
  const { WebACLArn } = parseProperties(association, properties, context);
  if (!records.ofType("AWS::WAFv2::WebACL").some(({ attributes }) => attributes.Arn === WebACLArn))
    throw new AwsError(
      "WAFNonexistentItemException",
      "AWS WAF couldn't perform the operation because your resource doesn't exist.",
    );
}

export const wafTypes: Readonly<Record<string, InertType>> = {
  "AWS::WAFv2::WebACL": {
    replaceOn: ["Name", "Scope"],
    validate: checkWebAcl,
    physicalId: (properties, context) =>
      `${text(properties, "Name") ?? context.logicalId}|${randomUUID()}|${text(properties, "Scope")}`,
    attributes(physicalId, properties, context) {
      const [webAclName, id] = physicalId.split("|");
      return {
        Id: id,
        Arn: arn("wafv2", `regional/webacl/${webAclName}/${id}`, context),
        Capacity: unitsOf(properties, context),
        LabelNamespace: `awswaf:${context.account}:webacl:${webAclName}:`,
      };
    },
  },
  "AWS::WAFv2::WebACLAssociation": {
    replaceOn: ["ResourceArn", "WebACLArn"],
    validate: checkAssociation,
    physicalId: (properties) => `${text(properties, "WebACLArn")}|${text(properties, "ResourceArn")}`,
  },
};
