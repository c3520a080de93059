import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Properties, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import { stackContext } from "../serve.ts";
import { ask, type Cloud, openCloud } from "./cloud.ts";

let cloud: Cloud;
let balancer: ResourceState;
let group: ResourceState;
let https: ResourceState;
let rule: ResourceState;
let certificate: ResourceState;

function provider(type: string): ResourceProvider {
  const resources = { ...cloud.elbv2.service.resources, ...cloud.acm.service.resources };
  const found = resources[type];
  if (found === undefined) throw new Error(`no provider of ${type}`);
  return found;
}

const type = (name: string) => provider(`AWS::ElasticLoadBalancingV2::${name}`);
const context = (logicalId: string) => stackContext(logicalId, { stage: "local" });
const at = (host: string) => `https://${host}.mcp.localhost:${cloud.elbv2.localPort(balancer.physicalId, 443)}/`;

const balancerProperties = {
  Name: "local-mcp-alb",
  Subnets: ["subnet-a", "subnet-b"],
  SecurityGroups: ["sg-1"],
  Scheme: "internet-facing",
  Type: "application",
  LoadBalancerAttributes: [{ Key: "deletion_protection.enabled", Value: "false" }],
};
const groupProperties = {
  Name: "local-mcp-google-workspace-tg",
  Port: 8000,
  Protocol: "HTTP",
  VpcId: "vpc-1",
  TargetType: "ip",
  HealthCheckPath: "/health",
  HealthCheckIntervalSeconds: "30",
  TargetGroupAttributes: [
    { Key: "deregistration_delay.timeout_seconds", Value: "30" },
    { Key: "stickiness.enabled", Value: "false" },
  ],
};
const fixed = (StatusCode: string) => [{ Type: "fixed-response", FixedResponseConfig: { StatusCode } }];
const listenerProperties = () => ({
  LoadBalancerArn: balancer.physicalId,
  Port: 443,
  Protocol: "HTTPS",
  SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
  Certificates: [{ CertificateArn: certificate.physicalId }],
  DefaultActions: fixed("404"),
});
const ruleProperties = (): Properties => ({
  ListenerArn: https.physicalId,
  Priority: 100,
  Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: ["google.mcp.localhost"] } }],
  Actions: [{ Type: "forward", TargetGroupArn: group.physicalId }],
});

beforeAll(async () => {
  cloud = await openCloud();
  const names = {
    DomainName: "mcp.localhost",
    SubjectAlternativeNames: ["*.mcp.localhost"],
    ValidationMethod: "EMAIL",
  };
  certificate = await provider("AWS::CertificateManager::Certificate").create(names, context("Wildcard"));
  balancer = await type("LoadBalancer").create(balancerProperties, context("Balancer"));
  group = await type("TargetGroup").create(groupProperties, context("Google"));
  https = await type("Listener").create(listenerProperties(), context("Https"));
  rule = await type("ListenerRule").create(ruleProperties(), context("GoogleRule"));
});
afterAll(() => cloud.close());

describe("the CloudFormation types of load balancing", () => {
  it("return what templates refer to", () => {
    expect(balancer.attributes).toMatchObject({
      LoadBalancerFullName: expect.stringMatching(/^app\/local-mcp-alb\/[0-9a-f]{16}$/),
      DNSName: expect.stringContaining(".elb.amazonaws.com"),
      CanonicalHostedZoneID: "Z35SXDOTRQ7X7K",
    });
    expect(group.attributes).toMatchObject({
      TargetGroupFullName: expect.stringMatching(/^targetgroup\/local-mcp-google-workspace-tg\/[0-9a-f]{16}$/),
      TargetGroupName: "local-mcp-google-workspace-tg",
    });
    expect(https.attributes.ListenerArn).toBe(https.physicalId);
    expect(rule.attributes).toEqual({ RuleArn: rule.physicalId, IsDefault: false });
  });

  it("serve what they declare, and what an update declares", async () => {
    expect((await ask(cloud, at("google"))).status).toBe(503);
    expect((await ask(cloud, at("other"))).status).toBe(404);
    const changed = { ...ruleProperties(), Priority: 7, Actions: fixed("418") };
    const updated = await type("ListenerRule").update(rule, changed, ruleProperties(), context("GoogleRule"));
    expect(updated.physicalId).toBe(rule.physicalId);
    expect((await ask(cloud, at("google"))).status).toBe(418);
    const listener = { ...listenerProperties(), DefaultActions: fixed("410") };
    await type("Listener").update(https, listener, listenerProperties(), context("Https"));
    expect((await ask(cloud, at("other"))).status).toBe(410);
    await type("ListenerRule").update(rule, ruleProperties(), changed, context("GoogleRule"));
    expect((await ask(cloud, at("google"))).status).toBe(503);
  });

  it("generate the names that the template leaves out, within the limit", async () => {
    const { Name: _, ...unnamed } = groupProperties;
    const made = await type("TargetGroup").create(unnamed, context("VeryLongLogicalIdOfATargetGroup"));
    expect(String(made.attributes.TargetGroupName)).toMatch(/^[A-Za-z0-9-]{1,32}$/);
    await type("TargetGroup").delete(made, unnamed, context("VeryLongLogicalIdOfATargetGroup"));
  });

  it("leave nothing behind when they cannot be created", async () => {
    const wrong = { ...groupProperties, Name: "wrong", TargetGroupAttributes: [{ Key: "nonsense", Value: "1" }] };
    await expect(type("TargetGroup").create(wrong, context("Wrong"))).rejects.toThrow("'nonsense' is not recognized");
    const right = { ...wrong, Port: 9000, TargetGroupAttributes: [] };
    const made = await type("TargetGroup").create(right, context("Wrong"));
    await type("TargetGroup").delete(made, right, context("Wrong"));
  });

  it("[ALB-8] refuse to delete a protected balancer until the template says otherwise", async () => {
    const guarded = {
      ...balancerProperties,
      LoadBalancerAttributes: [{ Key: "deletion_protection.enabled", Value: "true" }],
    };
    await type("LoadBalancer").update(balancer, guarded, balancerProperties, context("Balancer"));
    await expect(type("LoadBalancer").delete(balancer, guarded, context("Balancer"))).rejects.toThrow(
      "deletion protection",
    );
    await type("LoadBalancer").update(
      balancer,
      { ...balancerProperties, LoadBalancerAttributes: [] },
      guarded,
      context("Balancer"),
    );
  });

  it("refuse to delete what is in use, then delete in the order of a stack, twice", async () => {
    const certificates = provider("AWS::CertificateManager::Certificate");
    await expect(certificates.delete(certificate, {}, context("Wildcard"))).rejects.toThrow("is in use");
    await expect(type("TargetGroup").delete(group, groupProperties, context("Google"))).rejects.toThrow("in use");
    for (let count = 0; count < 2; count += 1) {
      await type("ListenerRule").delete(rule, ruleProperties(), context("GoogleRule"));
      await type("Listener").delete(https, listenerProperties(), context("Https"));
      await type("TargetGroup").delete(group, groupProperties, context("Google"));
      await type("LoadBalancer").delete(balancer, balancerProperties, context("Balancer"));
      await certificates.delete(certificate, {}, context("Wildcard"));
    }
  });
});
