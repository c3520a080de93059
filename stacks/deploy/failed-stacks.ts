import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  paginateListStacks,
  type StackSummary,
  waitUntilStackDeleteComplete,
} from "@aws-sdk/client-cloudformation";
import { names, type StagePlan } from "#fleet";
import { PreflightError } from "./preflight.ts";

/** Deleting Redis or a balancer takes minutes. */
const patienceSeconds = 1_800;

/**
 * Takes away stacks whose creation was rolled back or given up, and those that were not deleted to the end: neither can
 * be updated. SST deletes the former itself, but then updates what it has just deleted.
 */
export async function removeFailedStacks(
  { stage, region, runsOn }: StagePlan,
  { profile }: { readonly profile: string | undefined },
): Promise<void> {
  const client = new CloudFormationClient({ region, ...(profile !== undefined && { profile }) });
  const delays = runsOn === "aws" ? { minDelay: 5, maxDelay: 15 } : { minDelay: 0.1, maxDelay: 0.1 };
  try {
    await Promise.all(
      (await readFailed(client, names.stacks(stage))).map(async ({ StackId, StackName = "" }) => {
        // By its id, which still answers when the stack is gone.
        await client.send(new DeleteStackCommand({ StackName: StackId }));
        const settings = { client, maxWaitTime: patienceSeconds, ...delays };
        await waitUntilStackDeleteComplete(settings, { StackName: StackId }).catch(async () => {
          throw new PreflightError(await whyNotDeleted(client, StackName, StackId));
        });
      }),
    );
  } finally {
    client.destroy();
  }
}

async function readFailed(client: CloudFormationClient, prefix: string): Promise<readonly StackSummary[]> {
  const found: StackSummary[] = [];
  const StackStatusFilter = ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"] as const;
  for await (const page of paginateListStacks({ client }, { StackStatusFilter: [...StackStatusFilter] })) {
    found.push(...(page.StackSummaries ?? []));
  }
  return found.filter(({ StackName }) => StackName?.startsWith(prefix));
}

async function whyNotDeleted(client: CloudFormationClient, name: string, id: string | undefined): Promise<string> {
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: id }));
  const left = StackResources.filter(({ ResourceStatus }) => ResourceStatus === "DELETE_FAILED").map(
    ({ PhysicalResourceId, ResourceStatusReason }) => `\n  ${PhysicalResourceId}: ${ResourceStatusReason}`,
  );
  return `Stack ${name} failed before and cannot be deleted, so nothing is deployed. What is in the way:${left.join("")}\nRemove that, then deploy again.`;
}
