import { describe, expect, it } from "vitest";
import { policyNames } from "#cli/policy/names.ts";
import { policyOf } from "#cli/policy/policy.ts";
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

describe("the policies of a stage with every control", () => {
  const encryptionKey = "arn:aws:kms:us-east-1:573946584375:key/00000000-0000-4000-8000-000000000001";
  const controls = {
    ...{ containerInsights: true, flowLogs: true, execTranscripts: true, encryptionKey, waf: {} },
    accessLogs: { readers: ["arn:aws:iam::573946584375:role/Auditors"] },
    bootstrap: { qualifier: "platform" },
  };
  const controlled = planStage({ ...fixture, stages: { prod: { ...fixture.stages.prod, controls } } }, "prod");

  it.each(policyNames)("[AWS-9] fit into a managed policy, too: %s", (name) => {
    expect(JSON.stringify(policyOf(name, controlled)).length).toBeLessThanOrEqual(6_144);
  });

  it("[AWS-9] name its bootstrap and no other", () => {
    for (const name of policyNames) expect(JSON.stringify(policyOf(name, controlled))).not.toContain("hnb659fds");
    const { Statement } = policyOf("later", controlled);
    expect(Statement.find(({ Sid }) => Sid === "BootstrapRoles")?.Resource).toEqual(
      ["deploy", "file-publishing"].map(
        (role) => `arn:aws:iam::573946584375:role/cdk-platform-${role}-role-573946584375-us-east-1`,
      ),
    );
    expect(JSON.stringify(Statement)).toContain(":stack/CDKToolkit-platform/*");
  });

  it("[AWS-9] let a deploy ask about its key, a reader decrypt through what keeps it, and nobody else", () => {
    const onKeys = (plan: typeof controlled) =>
      policyNames.flatMap((name) =>
        policyOf(name, plan)
          .Statement.filter(({ Sid }) => Sid === "AskKey" || Sid === "Decrypt")
          .map(({ Action, Resource, Condition }) => [name, Action.join(), Resource.join(), JSON.stringify(Condition)]),
      );
    const through =
      '{"StringEquals":{"kms:ViaService":["dynamodb.us-east-1.amazonaws.com","secretsmanager.us-east-1.amazonaws.com"]}}';
    const ask = "kms:DescribeKey,kms:GetKeyPolicy";
    expect(onKeys(controlled)).toEqual([
      ["first", ask, encryptionKey, undefined],
      ["later", ask, encryptionKey, undefined],
      ["read", "kms:Decrypt", encryptionKey, through],
      ["read", ask, encryptionKey, undefined],
    ]);
    expect(onKeys(plan)).toEqual([]);
  });

  it("[AWS-9] give the execution role WAF and the bucket of access logs, where the map has them", () => {
    const actionsOf = (of: typeof plan) => JSON.stringify(policyOf("execution", of));
    for (const part of ["wafv2:*", "arn:aws:s3:::prod-mcp-fleet-balancer*"]) {
      expect(actionsOf(controlled)).toContain(part);
      expect(actionsOf(plan)).not.toContain(part);
    }
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
