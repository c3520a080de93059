import { describe, expect, it } from "vitest";
import { estimate, probeMetric } from "#cli/cost/estimate.ts";
import { billedByUse, free } from "#cli/cost/resources.ts";
import { planStage } from "#fleet";
import { withButtons, withMail } from "../fixture/buttons.ts";
import { edits } from "../fixture/edits.ts";
import fixture from "../fixture/map.ts";
import { slack, synthesize, withServices, withStage, withTwoShards } from "../synth/synth.ts";

/** Lines for what is in no template: it comes with a balancer, or is there once it was written. */
const withoutTemplate = new Set(["AWS::EC2::NetworkInterface", probeMetric]);
/** Lines that count nodes, where a template has a single group. */
const countedByNode = new Set(["AWS::ElastiCache::ReplicationGroup"]);

const controls = {
  containerInsights: true,
  flowLogs: true,
  accessLogs: { readers: ["arn:aws:iam::573946584375:role/Auditors"] },
  encryptionKey: "create",
  waf: {},
  execTranscripts: true,
};
const encryptionKey = "arn:aws:kms:us-east-1:573946584375:key/00000000-0000-4000-8000-000000000001";
const subnets = {
  publicSubnets: ["subnet-0000000a", "subnet-0000000b"],
  privateSubnets: ["subnet-0000000c", "subnet-0000000d"],
};
const vpc = { id: "vpc-0000000a", ...subnets };

const unbilled = new Set<string>([...billedByUse, ...free]);

describe.each([
  ["the fixture", fixture],
  ["a map with one more service", withServices({ slack })],
  ["buttons and mail", withButtons(withMail(fixture))],
  ["two balancers", withTwoShards({ ...fixture.services, slack })],
  ["endpoints and controls", withStage("prod", { network: { endpoints: ["ecr", "logs"] }, controls })],
  ["adopted addresses", withStage("prod", { adopt: { addresses: ["eipalloc-0000000a", "eipalloc-0000000b"] } })],
  ["an adopted key", withStage("prod", { controls: { encryptionKey } })],
  ["an adopted VPC", withStage("prod", { adopt: { vpc } })],
  ...Object.entries(edits).filter(([, map]) => "prod" in map.stages),
])("the estimate of prod, for %s", (_, map) => {
  const resources = [...synthesize("prod", map).stacks.values()].flatMap(({ resources: all }) => all);
  const { lines } = estimate(planStage(map, "prod"));

  it("classifies each type of resource as priced, billed by use, or free", () => {
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
