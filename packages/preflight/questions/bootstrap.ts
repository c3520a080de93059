import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import type { StagePlan } from "#fleet";
import type { Obstacle, Question } from "../question.ts";

/** SST takes the stack of the CDK's bootstrap for what it is, and fails at the first upload where it is another's. */
export const bootstrap: Question = {
  about: "whether the account's bootstrap of the CDK is the map's",
  async ask({ plan, aws }) {
    const { stack: StackName } = plan.controls.bootstrap;
    const client = aws.client(CloudFormationClient);
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName })).catch(noStack);
    const qualifier = found?.Parameters?.find(({ ParameterKey }) => ParameterKey === "Qualifier")?.ParameterValue;
    return judgeBootstrap(plan, qualifier);
  },
};

function noStack(error: unknown): { readonly Stacks?: undefined } {
  if (error instanceof Error && error.message.includes("does not exist")) return {};
  throw error;
}

/** @param found the qualifier of the stack that is there; `undefined`: there is none, and the deploy makes it */
export function judgeBootstrap({ stage, controls }: StagePlan, found: string | undefined): readonly Obstacle[] {
  const { qualifier, stack } = controls.bootstrap;
  if (found === undefined || found === qualifier) return [];
  return [
    {
      evidence: `stages.${stage}.controls.bootstrap: ${stack} has the qualifier ${found}, and the map says ${qualifier}.`,
      remedy: `Set qualifier to ${found}, or stack to that of the bootstrap with ${qualifier}; both are in the console of CloudFormation.`,
    },
  ];
}
