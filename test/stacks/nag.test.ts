import { describe, expect, it } from "vitest";
import { withButtons, withMail } from "../fixture/buttons.ts";
import fixture from "../fixture/map.ts";
import { findingsOf } from "../synth/findings.ts";
import { changed, slack, synthesize, withStage, withTwoShards } from "../synth/synth.ts";

describe("cdk-nag's AwsSolutions pack", () => {
  it.each(["prod", "local"])(
    "[ECS-6] [ECS-7] finds nothing in %s that is not accepted with a reason",
    async (stage) => {
      expect(await findingsOf(fixture, stage)).toEqual([]);
    },
  );

  it("[AWS-9] finds nothing in a stage with every control, and accepts nothing that a control does", async () => {
    const permissionsBoundary = "arn:aws:iam::573946584375:policy/Boundary";
    const controls = {
      ...{
        containerInsights: true,
        flowLogs: true,
        permissionsBoundary,
        encryptionKey: "create",
        execTranscripts: true,
      },
      accessLogs: { readers: ["arn:aws:iam::573946584375:role/Auditors"] },
      waf: { mode: "block" },
    } as const;
    const map = withStage("prod", { controls });
    expect(await findingsOf(map, "prod")).toEqual([]);
    const templates = [...synthesize("prod", map).stacks.values()];
    expect(JSON.stringify(templates.map(({ document }) => document))).not.toMatch(
      /AwsSolutions-(?:ECS4|ELB2|SNS2|VPC7)/,
    );
    const roles = templates.flatMap((template) => template.all("AWS::IAM::Role"));
    expect(new Set(roles.map(({ Properties }) => Properties.PermissionsBoundary))).toEqual(
      new Set([permissionsBoundary]),
    );
  });

  it("[ECS-6] [ECS-7] finds nothing in a stage with every option reversed", async () => {
    const permission = { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::exports/*"], reason: "The export tool." };
    const map = withTwoShards({
      google_workspace: changed("google_workspace", { shard: 1 }),
      slack: { ...slack, shard: 2, permissions: [permission], oauth: { rulePriority: 5 } },
    });
    const prod = { ...map.stages.prod, deletionProtection: false, redis: { nodes: 1 }, network: { natGateways: 1 } };
    const reachable = withMail(withButtons({ ...map, stages: { prod } }));
    expect(await findingsOf(reachable, "prod")).toEqual([]);
  });
});
