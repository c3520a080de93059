import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  LimitExceededException,
  type ListSecretVersionIdsCommandInput,
  PutSecretValueCommand,
  paginateListSecrets,
  paginateListSecretVersionIds,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { DatedVersion, ListedSecret, SecretDescription, SecretStore } from "../ports.ts";

/** https://docs.aws.amazon.com/general/latest/gr/aws_tagging.html */
const tagsAtMost = 50;

/** Secrets Manager behind its port. The client's own retries cover throttling. */
export function secretStore(client = new SecretsManagerClient({})): SecretStore {
  return {
    async list(secretIds) {
      const found = new Map<string, ListedSecret>();
      const sought = [...new Set(secretIds.map(beginningOf))];
      for (let at = 0; at < sought.length; at += namesAtOnce) {
        const Filters = [{ Key: "name" as const, Values: sought.slice(at, at + namesAtOnce) }];
        for await (const { SecretList = [] } of paginateListSecrets({ client }, { Filters, MaxResults: 100 })) {
          for (const { ARN = "", Name = "", LastChangedDate, SecretVersionsToStages, Tags } of SecretList) {
            const changedAt = LastChangedDate?.getTime() ?? 0;
            const listed = { versions: versionsIn(SecretVersionsToStages), tags: tagsIn(Tags), changedAt };
            found.set(ARN, listed).set(Name, listed);
          }
        }
      }
      return found;
    },
    async describe(secretId): Promise<SecretDescription> {
      const found = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
      return {
        arn: found.ARN ?? secretId,
        name: found.Name ?? secretId,
        rotationEnabled: found.RotationEnabled ?? false,
        createdAt: found.CreatedDate?.getTime() ?? 0,
        versions: versionsIn(found.VersionIdsToStages),
        tags: tagsIn(found.Tags),
      };
    },
    async createdAt(secretId, versionId) {
      for await (const { VersionId, CreatedDate } of versionsOf(client, { SecretId: secretId })) {
        if (VersionId === versionId) return CreatedDate?.getTime();
      }
      return undefined;
    },
    async history(secretId) {
      const versions: DatedVersion[] = [];
      for await (const { VersionId, CreatedDate } of versionsOf(client, {
        SecretId: secretId,
        IncludeDeprecated: true,
      })) {
        versions.push({ id: VersionId ?? "", createdAt: CreatedDate?.getTime() ?? 0 });
      }
      return versions.toSorted((a, b) => a.createdAt - b.createdAt);
    },
    async read(secretId, versionId) {
      try {
        const { SecretString, SecretBinary } = await client.send(
          new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId }),
        );
        return SecretString ?? `binary ${Buffer.from(SecretBinary ?? []).toString("base64")}`;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
    async put(secretId, { token, text, label }) {
      try {
        await client.send(
          new PutSecretValueCommand({
            SecretId: secretId,
            ClientRequestToken: token,
            SecretString: text,
            VersionStages: [label],
          }),
        );
        return "written";
      } catch (error) {
        if (error instanceof ResourceExistsException) return "taken";
        if (error instanceof LimitExceededException) return "full";
        throw error;
      }
    },
    async moveLabel(secretId, label, { to, from }) {
      try {
        await client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: secretId,
            VersionStage: label,
            ...(to !== undefined && { MoveToVersionId: to }),
            ...(from !== undefined && { RemoveFromVersionId: from }),
          }),
        );
        return "moved";
      } catch (error) {
        // The label is not where it was expected, or the version is gone.
        if (error instanceof InvalidParameterException || error instanceof ResourceNotFoundException) return "refused";
        if (error instanceof LimitExceededException) return "full";
        throw error;
      }
    },
    async tag(secretId, name, value) {
      try {
        await client.send(new TagResourceCommand({ SecretId: secretId, Tags: [{ Key: name, Value: value }] }));
        return "tagged";
      } catch (error) {
        // Its documentation names no error for one tag too many.
        const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
        if (Tags.length >= tagsAtMost && !Tags.some(({ Key }) => Key === name)) return "full";
        throw error;
      }
    },
    async untag(secretId, name) {
      await client.send(new UntagResourceCommand({ SecretId: secretId, TagKeys: [name] }));
    },
  };
}

const versionsIn = (labelled: Readonly<Record<string, readonly string[]>> = {}) =>
  Object.entries(labelled).map(([id, labels]) => ({ id, labels }));
const tagsIn = (tags: readonly Tag[] = []) => Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));

/** A list takes ten names, or beginnings of names, to look for. */
const namesAtOnce = 10;

/** Secrets of a stage have their names' beginning in common; one that was adopted has a name of its own. */
function beginningOf(secretId: string): string {
  const adopted = /:secret:(.+)-\w{6}$/.exec(secretId)?.[1];
  return adopted ?? secretId.slice(0, secretId.lastIndexOf("/") + 1);
}

async function* versionsOf(client: SecretsManagerClient, asked: ListSecretVersionIdsCommandInput) {
  for await (const { Versions = [] } of paginateListSecretVersionIds({ client }, asked)) yield* Versions;
}
