import { Aspects } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { defineFleet, type FleetDefinition } from "#fleet";
import { beyondLimits } from "./limits.ts";
import { finishUnbundled, templatesOf } from "./synth.ts";

/**
 * What a deploy of this stage would meet, without a call to AWS: one line for each finding of cdk-nag's AwsSolutions
 * pack that no stack accepts with a reason, and for each limit of CloudFormation or a balancer.
 * @throws {FleetError} for a map that does not plan
 */
export async function findingsOf(map: FleetDefinition, stage: string): Promise<readonly string[]> {
  const app = await finishUnbundled(stage, defineFleet(map));
  Aspects.of(app).add(new AwsSolutionsChecks());
  const { stacks } = templatesOf(app);
  const limits = [...stacks].flatMap(([name, template]) => beyondLimits(name, template));
  const nag = app
    .synth()
    .stacks.flatMap(({ messages }) => messages.map(({ id, entry }) => `${id}: ${JSON.stringify(entry.data)}`))
    .filter((line) => /AwsSolutions|CdkNag/.test(line));
  return [
    ...limits.map((line) => `Stage ${stage}: ${line}.\n  Raise stages.${stage}.shards, or shorten the name.`),
    ...nag.map(
      (line) =>
        `Stage ${stage}: ${line}\n  Change the entry whose key the path names, or where it is meant, accept the rule there with a reason (stacks/parts/nag.ts).`,
    ),
  ];
}
