import { CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { names } from "#fleet";
import type { Site } from "./question.ts";

/** Physical ids of what a stack of the stage holds, by type; `undefined` where there is no such stack. */
export async function readStack(
  { plan, aws }: Pick<Site, "plan" | "aws">,
  name: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const client = aws.client(CloudFormationClient);
  const StackName = `${names.stacks(plan.stage)}${name}`;
  const found = new Map<string, string>();
  try {
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
      for (const { PhysicalResourceId, ResourceType = "", ResourceStatus = "" } of StackResourceSummaries) {
        if (PhysicalResourceId !== undefined && ResourceStatus !== "DELETE_COMPLETE")
          found.set(PhysicalResourceId, ResourceType);
      }
    }
    return found;
  } catch (error) {
    if (error instanceof Error && error.message.includes("does not exist")) return undefined;
    throw error;
  }
}
