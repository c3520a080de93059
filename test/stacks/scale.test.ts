import { describe, expect, it } from "vitest";
import fleet from "#config";
import type { ServiceDefinition } from "#fleet";
import { changed, slack, synthesize } from "./synth.ts";

const services = 1000;
const shards = 32;

/** The largest fleet the limits are kept for. */
function thousand(): Readonly<Record<string, ServiceDefinition>> {
  const others = Array.from({ length: services - 1 }, (_, index): [string, ServiceDefinition] => [
    `service_${index + 1}`,
    { ...slack, host: `service-${index + 1}`, sessions: index % 2 === 0, secrets: ["google-oauth"] },
  ]);
  return { google_workspace: changed("google_workspace", {}), ...Object.fromEntries(others) };
}

describe("a thousand services", () => {
  const map = { ...fleet, stages: { prod: { ...fleet.stages.prod, shards } }, services: thousand() };
  const { stacks } = synthesize("prod", map);

  it("stay under CloudFormation's limits in every stack", () => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    for (const [name, { resources, outputs, bytes }] of stacks) {
      expect(resources.length, `${name}: resources`).toBeLessThanOrEqual(500);
      expect(Object.keys(outputs).length, `${name}: outputs`).toBeLessThanOrEqual(200);
      expect(bytes, `${name}: bytes`).toBeLessThanOrEqual(1_000_000);
    }
  });

  it("stay under the quotas of a balancer", () => {
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
    for (let shard = 1; shard <= shards; shard++) {
      const template = stacks.get(shard === 1 ? "Services" : `Services${shard}`);
      const groups = template?.all("AWS::ElasticLoadBalancingV2::TargetGroup") ?? [];
      const rules = template?.all("AWS::ElasticLoadBalancingV2::ListenerRule") ?? [];
      expect(groups.length, `shard ${shard}: target groups`).toBeLessThanOrEqual(100);
      expect(rules.length, `shard ${shard}: rules`).toBeLessThanOrEqual(100);
      const priorities = rules.map(({ Properties }) => Properties.Priority);
      expect(new Set(priorities).size, `shard ${shard}: priorities`).toBe(priorities.length);
    }
  });

  it("are all there, each once", () => {
    const named = [...stacks.values()].flatMap((template) => template.all("AWS::ECS::Service"));
    expect(new Set(named.map(({ Properties }) => Properties.ServiceName)).size).toBe(services);
    expect(named).toHaveLength(services);
  });
});
