import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudFormationClient, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetFunctionCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import {
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
  type SecretVersionsListEntry,
} from "@aws-sdk/client-secrets-manager";
import type { FleetStage } from "../../stage/stage.ts";

/** Every resource of the stage: `<stack>/<logical id>`, with its type and physical id. */
export function resourcesOf({
  cloud,
}: FleetStage): ReadonlyMap<string, { readonly type: string; readonly id: string }> {
  return new Map(
    cloud.cloudFormation
      .stacks()
      .flatMap(({ name, resources }) =>
        resources.map(({ logicalId, type, physicalId }) => [`${name}/${logicalId}`, { type, id: physicalId }] as const),
      ),
  );
}

/** When each stack was created and last updated. */
export async function stackTimesOf({ client }: FleetStage): Promise<Readonly<Record<string, string>>> {
  const { StackSummaries = [] } = await new CloudFormationClient(client).send(new ListStacksCommand({}));
  return Object.fromEntries(
    // A stack that is gone stays in the list, with a name that another may have.
    StackSummaries.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE").map(
      ({ StackName, StackStatus, CreationTime, LastUpdatedTime }) => [
        StackName,
        [StackStatus, CreationTime?.toISOString(), LastUpdatedTime?.toISOString()].join(" "),
      ],
    ),
  );
}

function mark({ VersionId = "", VersionStages = [] }: SecretVersionsListEntry): string {
  return VersionStages.includes("AWSCURRENT") ? `${VersionId} AWSCURRENT` : VersionId;
}

/** The versions of every secret, and which is current. Other labels move when the fleet sees how a version does. */
export async function secretVersionsOf({ client }: FleetStage): Promise<Readonly<Record<string, readonly string[]>>> {
  const secrets = new SecretsManagerClient(client);
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
  const versions = SecretList.map(async ({ Name: name = "" }) => {
    const { Versions = [] } = await secrets.send(
      new ListSecretVersionIdsCommand({ SecretId: name, IncludeDeprecated: true }),
    );
    return [name, Versions.map(mark).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(versions));
}

/** Where the code of the functions that there are runs, in the project. */
export async function functionFoldersOf({ client, project }: FleetStage): Promise<readonly string[]> {
  const lambda = new LambdaClient(client);
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const folders = Functions.map(async ({ FunctionName }) => {
    const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    return relative(project.folder, fileURLToPath(Code?.Location ?? "file:///"));
  });
  return Promise.all(folders);
}
