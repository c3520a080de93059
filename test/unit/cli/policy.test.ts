import { describe, expect, it } from "vitest";
import { policyNames, policyOf } from "#cli/policy/policy.ts";
import { planStage } from "#fleet";
import fixture from "../../fixture/map.ts";

const plan = planStage(fixture, "prod");

describe.each(policyNames)("the policy of %s", (name) => {
  const { Statement } = policyOf(name, plan);

  it("[AWS-3] names the stage's account, region and stage, and each statement once", () => {
    const sids = Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
    for (const { Sid, Resource } of Statement) {
      expect(Sid).toMatch(/^[A-Za-z0-9]+$/);
      for (const arn of Resource) expect(arn).toMatch(/^(\*|arn:aws:[a-z0-9-]+:(us-east-1)?:(573946584375)?:\S+)$/);
    }
    expect(JSON.stringify(Statement)).not.toMatch(/undefined|local/);
  });

  it("[AWS-3] fits into a managed policy", () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space does not count.
    expect(JSON.stringify(policyOf(name, plan)).replace(/\s/g, "").length).toBeLessThanOrEqual(6_144);
  });
});

describe("the policies", () => {
  it("[AWS-3] let nobody but the execution role make a resource, and no other read a secret's value than who reads", () => {
    const actions = (name: "first" | "later" | "read") =>
      policyOf(name, plan).Statement.flatMap(({ Action }) => Action);
    expect(
      actions("later").filter((action) => /^(iam|ec2|ecs|lambda):(Create|Put|Update|Delete)/.test(action)),
    ).toEqual([]);
    expect(actions("read").filter((action) => /:(Create|Put|Update|Delete|Execute)/.test(action))).toEqual([]);
    for (const name of ["first", "later"] as const)
      expect(actions(name)).not.toContain("secretsmanager:GetSecretValue");
  });
});
