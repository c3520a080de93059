import type * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as wafv2 from "aws-cdk-lib/aws-wafv2";
import { names, type StagePlan } from "#fleet";
import type { Stack } from "../sst.ts";

/**
 * Rules of AWS's core set that would block what MCP clients send. A tool call is any text, of any size, and AWS WAF sees
 * the first 8 KB of it; programs that log in on one machine name `http://127.0.0.1:…` as redirect URI; and a client need
 * not say what it is. https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
const onlyCounted = [
  "SizeRestrictions_BODY",
  "CrossSiteScripting_BODY",
  "EC2MetaDataSSRF_BODY",
  "GenericLFI_BODY",
  "GenericRFI_BODY",
  "GenericRFI_QUERYARGUMENTS",
  "NoUserAgent_HEADER",
] as const;

/** AWS WAF in front of a balancer: known bad addresses, AWS's core rules, and a limit for each address. */
export function createWebAcl(stack: Stack, plan: StagePlan, shard: number, balancer: elbv2.CfnLoadBalancer): void {
  const { waf } = plan.controls;
  if (waf === undefined) return;
  const name = names.balancer(plan.stage, shard);
  const counts = waf.mode === "count";
  const managed = (group: string, priority: number, exceptions: readonly string[]) => ({
    name: group,
    priority,
    overrideAction: counts ? { count: {} } : { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: group,
        ruleActionOverrides: exceptions.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(`${name}-${group}`),
  });
  const acl = new wafv2.CfnWebACL(stack, "WebAcl", {
    name,
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig: visibility(name),
    rules: [
      {
        name: "Rate",
        priority: 0,
        action: counts ? { count: {} } : { block: {} },
        statement: { rateBasedStatement: { limit: waf.requestsPerFiveMinutes, aggregateKeyType: "IP" } },
        visibilityConfig: visibility(`${name}-Rate`),
      },
      managed("AWSManagedRulesAmazonIpReputationList", 1, []),
      managed("AWSManagedRulesCommonRuleSet", 2, onlyCounted),
    ],
  });
  new wafv2.CfnWebACLAssociation(stack, "WebAclAssociation", { resourceArn: balancer.ref, webAclArn: acl.attrArn });
}

/** Metrics, and no samples: those keep query strings, in which OAuth codes travel. */
function visibility(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}
