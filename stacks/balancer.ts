import * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { type Stack, use } from "sst/constructs";
import { names, type StagePlan } from "#fleet";
import { Dns } from "./dns.ts";
import { accept } from "./nag.ts";
import { Network } from "./network.ts";
import { usePlan } from "./plan.ts";
import { perShard } from "./shard.ts";

/**
 * Seconds without a byte after which the balancer closes a connection. An MCP event stream is quiet between calls; the
 * default of 60 s would cut it every minute, and the longest, 4,000 s, would keep dead clients' connections for an hour.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 */
const idleTimeoutSeconds = 300;

export const Balancer = perShard("Balancer", ({ app, stack }, shard) => {
  const plan = usePlan(app);
  const balancer = createBalancer(stack, plan, shard);
  createRedirect(stack, balancer);
  stack.addOutputs({ DnsName: balancer.attrDnsName });
  return {
    listenerArn: createListener(stack, balancer).attrListenerArn,
    fullName: balancer.attrLoadBalancerFullName,
    alias: { dnsName: balancer.attrDnsName, hostedZoneId: balancer.attrCanonicalHostedZoneId },
  };
});

function createBalancer(stack: Stack, plan: StagePlan, shard: number): elbv2.CfnLoadBalancer {
  const { publicSubnets, balancerSecurityGroup } = use(Network);
  const balancer = new elbv2.CfnLoadBalancer(stack, "Balancer", {
    name: names.balancer(plan.stage, shard),
    type: "application",
    scheme: "internet-facing",
    subnets: [...publicSubnets],
    securityGroups: [balancerSecurityGroup],
    loadBalancerAttributes: [
      { key: "deletion_protection.enabled", value: String(plan.deletionProtection) },
      { key: "idle_timeout.timeout_seconds", value: String(idleTimeoutSeconds) },
      { key: "routing.http.drop_invalid_header_fields.enabled", value: "true" },
    ],
  });
  accept(balancer, {
    "AwsSolutions-ELB2":
      "Access logs would keep OAuth codes, which travel in query strings, in a bucket; who called which tool is in the audit trail.",
  });
  return balancer;
}

/** Host, path and query are kept: the placeholders are the defaults of a redirect. */
function createRedirect(stack: Stack, balancer: elbv2.CfnLoadBalancer): void {
  new elbv2.CfnListener(stack, "Http", {
    loadBalancerArn: balancer.ref,
    port: 80,
    protocol: "HTTP",
    defaultActions: [
      {
        type: "redirect",
        redirectConfig: {
          protocol: "HTTPS",
          port: "443",
          host: "#{host}",
          path: "/#{path}",
          query: "#{query}",
          statusCode: "HTTP_301",
        },
      },
    ],
  });
}

function createListener(stack: Stack, balancer: elbv2.CfnLoadBalancer): elbv2.CfnListener {
  return new elbv2.CfnListener(stack, "Https", {
    loadBalancerArn: balancer.ref,
    port: 443,
    protocol: "HTTPS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    certificates: [{ certificateArn: use(Dns).certificateArn }],
    defaultActions: [
      {
        type: "fixed-response",
        fixedResponseConfig: {
          statusCode: "404",
          contentType: "text/plain",
          messageBody: "No MCP server has this name.",
        },
      },
    ],
  });
}
