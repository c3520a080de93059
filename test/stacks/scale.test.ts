import { describe, expect, it } from "vitest";
import type { ServiceDefinition } from "#fleet";
import fleet from "../fixture/map.ts";
import { beyondLimits } from "../synth/limits.ts";
import { changed, slack, synthesize } from "../synth/synth.ts";
import { Template } from "../synth/template.ts";

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

  it("stay under the limits of CloudFormation and of a balancer", () => {
    expect([...stacks].flatMap(([name, template]) => beyondLimits(name, template))).toEqual([]);
  });

  it("are all there, each once", () => {
    const named = [...stacks.values()].flatMap((template) => template.all("AWS::ECS::Service"));
    expect(new Set(named.map(({ Properties }) => Properties.ServiceName)).size).toBe(services);
    expect(named).toHaveLength(services);
  });
});

it("names the stack that is beyond a limit, the limit and by how much", () => {
  const topics = Array.from({ length: 501 }, (_, at) => [`Topic${at}`, { Type: "AWS::SNS::Topic" }]);
  const Name = "a-stage-with-a-long-name-mcp-alb-2";
  const Balancer = { Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", Properties: { Name } };
  const template = Template.parse({ Resources: { ...Object.fromEntries(topics), Balancer } });
  expect(beyondLimits("Alerts", template)).toEqual([
    "stack Alerts has 502 resources, and CloudFormation takes 500",
    `Name ${Name} of ${Balancer.Type} has 34 characters, and AWS takes 32`,
  ]);
});
