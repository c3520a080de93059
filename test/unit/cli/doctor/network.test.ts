import { describe, expect, it } from "vitest";
import { defineFleet, planStage } from "#fleet";
import type { FoundSubnet } from "#preflight/adopted-network.ts";
import { judgeNetwork } from "#preflight/questions/network.ts";
import fleet from "../../../fixture/map.ts";

const adopted = {
  id: "vpc-0000000a",
  publicSubnets: ["subnet-0000000a", "subnet-0000000b"],
  privateSubnets: { tag: "Tier", value: "private" },
};
const map = defineFleet({ ...fleet, stages: { prod: { ...fleet.stages.prod, adopt: { vpc: adopted } } } });
const plan = planStage(map, "prod");

const subnet = (id: string, zone: string, fields: Partial<FoundSubnet> = {}): FoundSubnet => ({
  ...{ id: `subnet-0000000${id}`, vpcId: adopted.id, zone: `us-east-1${zone}`, freeAddresses: 250 },
  ...{ defaultRoute: "ab".includes(id) ? "igw-1" : "nat-1" },
  ...fields,
});
const good = {
  cidrs: ["10.9.0.0/16"],
  publicSubnets: [subnet("a", "a"), subnet("b", "b")],
  privateSubnets: [subnet("c", "a"), subnet("d", "b")],
};
const said = (found: Partial<typeof good>) =>
  judgeNetwork(plan, adopted, { ...good, ...found }).map(({ evidence }) => evidence);

describe("[AWS-7] an adopted VPC", () => {
  it("is taken with two zones, routes and free addresses", () => {
    expect(said({})).toEqual([]);
  });

  it.each([
    ["a subnet that is not there", { publicSubnets: [subnet("a", "a")] }, "subnet-0000000b is not in that VPC"],
    [
      "one zone",
      { privateSubnets: [subnet("c", "a"), subnet("d", "a")] },
      "subnets with Tier = private are in 1 zones, and a balancer and Redis need two",
    ],
    ["a tag that no subnet has", { privateSubnets: [] }, "subnets with Tier = private are in 0 zones"],
    [
      "no way out",
      { privateSubnets: [subnet("c", "a", { defaultRoute: undefined }), subnet("d", "b")] },
      "subnet-0000000c has no default route, and needs one to a NAT gateway or another way out",
    ],
    [
      "a balancer behind NAT",
      { publicSubnets: [subnet("a", "a", { defaultRoute: "nat-1" }), subnet("b", "b")] },
      "subnet-0000000a has a default route to nat-1, and needs one to an internet gateway",
    ],
    [
      "no room",
      { publicSubnets: [subnet("a", "a", { freeAddresses: 3 }), subnet("b", "b")] },
      "subnet-0000000a has 3 free addresses, and the stage may need 8",
    ],
  ])("is refused for %s", (_, found, evidence) => {
    expect(said(found)).toEqual([expect.stringContaining(evidence)]);
  });

  it("is refused where it does not exist, and nothing else is asked then", () => {
    const found = { cidrs: undefined, publicSubnets: [], privateSubnets: [] };
    expect(judgeNetwork(plan, adopted, found).map(({ evidence }) => evidence)).toEqual([
      "stages.prod.adopt.vpc.id = vpc-0000000a: there is no such VPC in account 573946584375 and us-east-1.",
    ]);
  });

  it("[MAP-3] has no network of the map's beside it", () => {
    const stages = { prod: { ...fleet.stages.prod, network: { zones: 3, idleTimeoutSeconds: 60 }, adopt: { vpc: adopted } } };
    expect(() => defineFleet({ ...fleet, stages })).toThrow(/stages\.prod\.network\.zones = 3\n\s+allowed: nothing/);
  });
});
