import { describe, expect, it } from "vitest";
import { defineFleet, nothingStands, planStage, type StageDefinition, type Standing } from "#fleet";
import { judgeChanges, judgeZones } from "#preflight/questions/changes.ts";
import fleet from "../../../fixture/map.ts";

const plan = planStage(fleet, "prod");
const [service] = plan.services;
if (service === undefined) throw new Error("The fixture has a service in prod.");
const { hostname, rulePriority } = service;
const standingService = { shard: 1, targetGroupPort: 8000, recordWeight: undefined, capacity: "on-demand" } as const;
const evidence = (standing: Partial<Standing>) =>
  judgeChanges(plan, { ...nothingStands, ...standing }).map((one) => one.evidence);

describe("[AWS-6] what CloudFormation cannot do", () => {
  it("is nothing for a first deploy, nor for the same map again", () => {
    const services = {
      [service.key]: { ...standingService, hostname, rulePriority },
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
    const other = { ...standingService, hostname: "other.mcp.themailworks.com", rulePriority };
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

  it("[AWS-11] is another snapshot for a Redis that is there, another kind of record, and an address that changes gateways", () => {
    const evidenceOf = (changes: StageDefinition, standing: Partial<Standing>) =>
      judgeChanges(
        planStage(defineFleet({ ...fleet, stages: { prod: { ...fleet.stages.prod, ...changes } } }), "prod"),
        {
          ...nothingStands,
          ...standing,
        },
      ).map((one) => one.evidence);
    const fromSnapshot = { adopt: { redisSnapshot: "before-the-move" } };
    expect(evidenceOf(fromSnapshot, {})).toEqual([]);
    expect(evidenceOf(fromSnapshot, { redisNodes: 2, redisSnapshot: "before-the-move" })).toEqual([]);
    expect(evidenceOf({}, { redisNodes: 2, redisSnapshot: "before-the-move" })).toEqual([]);
    expect(evidenceOf(fromSnapshot, { redisNodes: 2 })).toEqual([
      expect.stringContaining("stages.prod.adopt.redisSnapshot = before-the-move: Redis is there, without one"),
    ]);

    const services = { google_workspace: { ...standingService, hostname, rulePriority } };
    const weighted = { google_workspace: { ...services.google_workspace, recordWeight: 0 } };
    expect(evidenceOf({ recordWeight: 255 }, { services: weighted })).toEqual([]);
    expect(evidenceOf({}, { services: weighted })).toEqual([expect.stringContaining("were made with weights")]);
    expect(evidenceOf({ recordWeight: 0 }, { services })).toEqual([expect.stringContaining("made without weights")]);

    const [one, two, three] = ["eipalloc-0000000a", "eipalloc-0000000b", "eipalloc-0000000c"];
    const adopting = (...addresses: string[]) => ({ adopt: { addresses } });
    expect(evidenceOf(adopting(one, two), { natAddresses: [] })).toEqual([]);
    expect(evidenceOf(adopting(one, three), { natAddresses: [one, two] })).toEqual([]);
    expect(evidenceOf(adopting(two, one), { natAddresses: [one, two] })).toEqual([
      expect.stringContaining("eipalloc-0000000b, eipalloc-0000000a would pass from one NAT gateway"),
    ]);
  });

  it("is a zone more than the account has", () => {
    expect(judgeZones(plan, nothingStands, ["us-west-1a", "us-west-1c"])).toEqual([]);
    expect(judgeZones(plan, nothingStands, ["us-west-1a"])).toEqual([
      expect.objectContaining({ evidence: expect.stringContaining("network.zones = 2: the account has 1") }),
    ]);
  });
});
