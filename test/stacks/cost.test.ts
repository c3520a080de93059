import { describe, expect, it } from "vitest";
import { estimate } from "#cli/cost/estimate.ts";
import { billedByUse, free } from "#cli/cost/resources.ts";
import shipped from "#config";
import { planStage } from "#fleet";
import { slack, synthesize, withServices, withTwoShards } from "./synth.ts";

/** Lines of what no template has: it comes with a balancer. */
const withoutTemplate = new Set(["AWS::EC2::NetworkInterface"]);
/** Lines that count nodes, where a template has the one group. */
const countedByNode = new Set(["AWS::ElastiCache::ReplicationGroup"]);

const unbilled = new Set<string>([...billedByUse, ...free]);

describe.each([
  ["the shipped map", shipped],
  ["a map with one more service", withServices({ slack })],
  ["two balancers", withTwoShards({ ...shipped.services, slack })],
])("the estimate of prod, for %s", (_, map) => {
  const resources = [...synthesize("prod", map).stacks.values()].flatMap(({ resources: all }) => all);
  const { lines } = estimate(planStage(map, "prod"));

  it("knows each type of resource: as priced, as billed by use, or as free", () => {
    const priced = new Set(lines.map(({ type }) => type));
    const unknown = resources.map(({ Type }) => Type).filter((type) => !priced.has(type) && !unbilled.has(type));
    expect(unknown, "add them to packages/cli/cost/estimate.ts or resources.ts").toEqual([]);
  });

  it("counts as many of each as a deploy makes", () => {
    const types = [...new Set(lines.map(({ type }) => type))].filter(
      (type) => !withoutTemplate.has(type) && !countedByNode.has(type),
    );
    const counted = types.map((type) => [
      type,
      lines.filter((line) => line.type === type).reduce((sum, { count }) => sum + count, 0),
    ]);
    expect(counted).toEqual(types.map((type) => [type, resources.filter(({ Type }) => Type === type).length]));
  });
});
