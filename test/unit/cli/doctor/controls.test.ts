import { describe, expect, it } from "vitest";
import { defineFleet, planStage } from "#fleet";
import { judgeBootstrap } from "#preflight/questions/bootstrap.ts";
import { type FoundKey, judgeKey } from "#preflight/questions/key.ts";
import fleet from "../../../fixture/map.ts";

const arn = "arn:aws:kms:us-east-1:573946584375:key/00000000-0000-4000-8000-000000000001";
const controls = { encryptionKey: arn, bootstrap: { qualifier: "platform" } };
const plan = planStage(defineFleet({ ...fleet, stages: { prod: { ...fleet.stages.prod, controls } } }), "prod");

const allowed = (Principal: Record<string, string[]>, Action: string[]) => ({ Effect: "Allow", Principal, Action });
const root = allowed({ AWS: ["arn:aws:iam::573946584375:root"] }, ["kms:*"]);
const logs = allowed({ Service: ["logs.us-east-1.amazonaws.com"] }, ["kms:Encrypt*", "kms:GenerateDataKey*"]);
const alarms = allowed({ Service: ["cloudwatch.amazonaws.com"] }, ["kms:Decrypt", "kms:GenerateDataKey"]);
const good: FoundKey = {
  metadata: { Enabled: true, KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT" },
  policy: { Statement: [root, logs, alarms] },
};
const said = (found: FoundKey | undefined) => judgeKey(plan, arn, found).map(({ evidence }) => evidence);

describe("[AWS-9] the key of the map", () => {
  it("is taken where those may use it who have to", () => {
    expect(said(good)).toEqual([]);
    expect(
      said({ ...good, policy: { Statement: [root, { Effect: "Allow", Principal: "*", Action: ["kms:*"] }] } }),
    ).toEqual([]);
  });

  it.each([
    ["that is not there", undefined, "there is no such key"],
    ["that is not enabled", { ...good, metadata: { ...good.metadata, Enabled: false } }, "the key is not enabled"],
    [
      "of another kind",
      { ...good, metadata: { ...good.metadata, KeySpec: "RSA_2048" as const } },
      "it is a RSA_2048 key",
    ],
    [
      "without CloudWatch Logs",
      { ...good, policy: { Statement: [root, alarms] } },
      "logs.us-east-1.amazonaws.com use it, and no log group",
    ],
    [
      "without alarms",
      { ...good, policy: { Statement: [root, logs] } },
      "cloudwatch.amazonaws.com use it, and alarms would be lost",
    ],
    [
      "without the account's IAM",
      { ...good, policy: { Statement: [logs, alarms] } },
      "573946584375:root use it, and roles",
    ],
    [
      "that Logs may only describe",
      { ...good, policy: { Statement: [root, alarms, { ...logs, Action: ["kms:Describe*"] }] } },
      "logs.us-east-1.amazonaws.com",
    ],
    [
      "that is denied",
      { ...good, policy: { Statement: [root, logs, { ...alarms, Effect: "Deny" }] } },
      "cloudwatch.amazonaws.com",
    ],
  ])("is refused, one %s", (_, found, evidence) => {
    expect(said(found)).toEqual([expect.stringContaining(evidence)]);
  });
});

describe("[AWS-9] the bootstrap of the CDK", () => {
  it("is taken where it has the map's qualifier, or is still to be made", () => {
    expect([judgeBootstrap(plan, "platform"), judgeBootstrap(plan, undefined)]).toEqual([[], []]);
  });

  it("is refused where it has another, with both names", () => {
    expect(judgeBootstrap(plan, "hnb659fds")).toEqual([
      {
        evidence: expect.stringContaining("CDKToolkit-platform has the qualifier hnb659fds, and the map says platform"),
        remedy: expect.stringContaining("Set qualifier to hnb659fds"),
      },
    ]);
  });
});
