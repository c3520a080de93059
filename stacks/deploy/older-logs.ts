import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import { names, type StagePlan } from "#fleet";
import { PreflightError } from "./preflight.ts";

/**
 * Keys of the services whose log group belongs to a `Services` stack, where all of them were once: a group cannot move
 * to another stack without going, and no rollback takes back what was there before.
 */
export async function readOlderLogs(
  { stage, region, shards, services }: StagePlan,
  { profile }: { readonly profile: string | undefined },
): Promise<ReadonlySet<string>> {
  const client = new CloudFormationClient({ region, ...(profile !== undefined && { profile }) });
  try {
    const groups = new Set<string>();
    for (let shard = 1; shard <= shards; shard++) {
      const stack = `${names.stacks(stage)}Services${shard === 1 ? "" : shard}`;
      for (const name of await readGroups(client, stack)) groups.add(name);
    }
    return new Set(services.flatMap(({ key }) => (groups.has(names.logGroup(stage, key)) ? key : [])));
  } finally {
    client.destroy();
  }
}

async function readGroups(client: CloudFormationClient, StackName: string): Promise<readonly string[]> {
  const found: StackResourceSummary[] = [];
  try {
    for await (const page of paginateListStackResources({ client }, { StackName })) {
      found.push(...(page.StackResourceSummaries ?? []));
    }
  } catch (error) {
    // The first deploy of the stage.
    if (error instanceof Error && error.message.includes("does not exist")) return [];
    if (error instanceof Error && error.name.startsWith("AccessDenied"))
      throw new PreflightError(
        `These credentials may not call cloudformation:ListStackResources on ${StackName}, and a deploy needs to know which log groups it holds. Ask for that permission, or choose another AWS_PROFILE.`,
      );
    throw error;
  }
  const groups = found.filter(({ ResourceType }) => ResourceType === "AWS::Logs::LogGroup");
  const present = groups.filter(({ ResourceStatus = "" }) => !ResourceStatus.startsWith("DELETE_"));
  return present.flatMap(({ PhysicalResourceId }) => PhysicalResourceId ?? []);
}
