import * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { names, type StagePlan } from "#fleet";
import { tlsPolicy } from "#fleet/tls.ts";
import { Dns } from "../dns/dns.ts";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import { perShard } from "../parts/shard.ts";
import { type Stack, use } from "../sst.ts";
import { createAccessLogs } from "./access-logs.ts";
import { Network } from "./network.ts";
import { createWebAcl } from "./waf.ts";

export const Balancer = perShard("Balancer", ({ app, stack }, shard) => {
  const plan = usePlan(app);
  const balancer = createBalancer(stack, plan, shard);
  createWebAcl(stack, plan, shard, balancer);
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
  const { attributes, policy } = createAccessLogs(stack, plan);
  const balancer = new elbv2.CfnLoadBalancer(stack, "Balancer", {
    name: names.balancer(plan.stage, shard),
    type: "application",
    scheme: "internet-facing",
    subnets: [...publicSubnets],
    securityGroups: [balancerSecurityGroup],
    loadBalancerAttributes: [
      { key: "deletion_protection.enabled", value: String(plan.deletionProtection) },
      { key: "idle_timeout.timeout_seconds", value: String(plan.network.idleTimeoutSeconds) },
      { key: "routing.http.drop_invalid_header_fields.enabled", value: "true" },
      ...attributes,
    ],
  });
  if (policy === undefined) {
    accept(balancer, {
      "AwsSolutions-ELB2":
        "Access logs would keep OAuth codes, which travel in query strings, in a bucket; who called which tool is in the audit trail.",
    });
  } else {
    balancer.addDependency(policy);
  }
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
    sslPolicy: tlsPolicy,
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
