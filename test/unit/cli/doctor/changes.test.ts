import { describe, expect, it } from "vitest";
import { defineFleet, nothingStands, planStage, type Standing } from "#fleet";
import { judgeChanges, judgeZones } from "#preflight/questions/changes.ts";
import fleet from "../../../fixture/map.ts";

const plan = planStage(fleet, "prod");
const [service] = plan.services;
if (service === undefined) throw new Error("The fixture has a service in prod.");
const { hostname, rulePriority } = service;
const evidence = (standing: Partial<Standing>) =>
  judgeChanges(plan, { ...nothingStands, ...standing }).map((one) => one.evidence);

describe("[AWS-6] what CloudFormation cannot do", () => {
  it("is nothing for a first deploy, nor for the same map again", () => {
    const services = {
      [service.key]: { shard: 1, targetGroupPort: 8000, hostname, rulePriority, capacity: "on-demand" } as const,
    };
    const same = {
      cidr: plan.network.cidr,
      serviceDomain: plan.serviceDomain,
      alarmTopic: plan.alarmTopic.name,
      services,
    };
    expect(evidence({})).toEqual([]);
    expect(evidence({ ...same, hostedZone: { id: "Z0OWN", adopted: false } })).toEqual([]);
  });

  it("is a rule at a priority that another has, at the same balancer", () => {
    const other = {
      shard: 1,
      targetGroupPort: 8000,
      hostname: "other.mcp.themailworks.com",
      rulePriority,
      capacity: "on-demand",
    } as const;
    expect(evidence({ services: { other } })).toEqual([
      expect.stringContaining(`has the rule priority ${rulePriority}, which is that of other`),
    ]);
    expect(evidence({ services: { other: { ...other, shard: 2 } } })).toEqual([]);
  });

  it("is a zone of its own in place of one that it adopted, and no other way round with the same zone", () => {
    expect(evidence({ serviceDomain: plan.serviceDomain, hostedZone: { id: "Z0THEIRS", adopted: true } })).toEqual([
      expect.stringContaining("stages.prod.adopt.hostedZone: the stage's certificate is validated in Z0THEIRS"),
    ]);
    const adopt = { hostedZone: { id: "Z0OWN", name: fleet.domain } };
    const adopting = planStage(defineFleet({ ...fleet, stages: { prod: { ...fleet.stages.prod, adopt } } }), "prod");
    const standing = { ...nothingStands, serviceDomain: plan.serviceDomain };
    expect(judgeChanges(adopting, { ...standing, hostedZone: { id: "Z0OWN", adopted: false } })).toEqual([]);
  });

  it("is a zone more than the account has", () => {
    expect(judgeZones(plan, nothingStands, ["us-west-1a", "us-west-1c"])).toEqual([]);
    expect(judgeZones(plan, nothingStands, ["us-west-1a"])).toEqual([
      expect.objectContaining({ evidence: expect.stringContaining("network.zones = 2: the account has 1") }),
    ]);
  });
});
