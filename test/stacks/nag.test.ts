import { Aspects } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import type { FleetDefinition } from "#fleet";
import { changed, finishUnbundled, slack, withTwoShards } from "./synth.ts";

async function findingsOf(stage: string, map?: FleetDefinition): Promise<readonly string[]> {
  const app = await finishUnbundled(stage, map);
  Aspects.of(app).add(new AwsSolutionsChecks());
  return app
    .synth()
    .stacks.flatMap(({ messages }) => messages.map(({ id, entry }) => `${id} ${JSON.stringify(entry.data)}`))
    .filter((line) => /AwsSolutions|CdkNag/.test(line));
}

describe("cdk-nag's AwsSolutions pack", () => {
  it.each(["prod", "local"])(
    "[ECS-6] [ECS-7] finds nothing in %s that is not accepted with a reason",
    async (stage) => {
      expect(await findingsOf(stage)).toEqual([]);
    },
  );

  it("[ECS-6] [ECS-7] finds nothing in a stage with every option turned the other way", async () => {
    const permission = { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::exports/*"], reason: "The export tool." };
    const map = withTwoShards({
      google_workspace: changed("google_workspace", { shard: 1 }),
      slack: { ...slack, shard: 2, permissions: [permission], oauth: { rulePriority: 5 } },
    });
    const prod = { ...map.stages.prod, deletionProtection: false, redis: { nodes: 1 }, network: { natGateways: 1 } };
    expect(await findingsOf("prod", { ...map, stages: { prod } })).toEqual([]);
  });
});
