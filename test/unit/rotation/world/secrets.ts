import { randomUUID } from "node:crypto";
import { type ApiCall, AwsError, type BusEvent, type Clock } from "@mcp-fleet/endpoint/core";
import { createSecretsManager } from "@mcp-fleet/endpoint/services/secretsmanager";
import * as v from "valibot";
import type { SecretDescription, SecretStore } from "#rotation/ports.ts";

const account = "573946584375";
const place = { region: "us-east-1", account, endpointUrl: "http://127.0.0.1:0" };

const Described = v.object({
  ARN: v.string(),
  Name: v.string(),
  RotationEnabled: v.optional(v.boolean(), false),
  CreatedDate: v.date(),
  VersionIdsToStages: v.optional(v.record(v.string(), v.array(v.string())), {}),
  Tags: v.optional(v.array(v.object({ Key: v.string(), Value: v.string() })), []),
});
const Listing = v.object({
  SecretList: v.array(
    v.object({
      ...v.pick(Described, ["Name", "Tags"]).entries,
      LastChangedDate: v.date(),
      SecretVersionsToStages: v.optional(v.record(v.string(), v.array(v.string())), {}),
    }),
  ),
});
const tagsAtMost = 50;
const labelsAtMost = 20;
const Versions = v.object({ Versions: v.array(v.object({ VersionId: v.string(), CreatedDate: v.date() })) });
const Value = v.object({ SecretString: v.optional(v.string()), SecretBinary: v.optional(v.instance(Buffer)) });

/** The local endpoint's own Secrets Manager, without its wire; a request has a token, as the SDK's have. */
export function createSecrets(clock: Clock, rotate: (event: unknown) => Promise<void>) {
  const events: BusEvent[] = [];
  const manager = createSecretsManager({
    place,
    clock,
    events: { put: (event) => void events.push(event) },
    functions: {
      permits: () => true,
      async invoke(_name, payload) {
        try {
          await rotate(JSON.parse(payload));
          return { kind: "success", payload: "null" };
        } catch (error) {
          return { kind: "function-error", payload: String(error) };
        }
      },
    },
  });
  let changes = 0;
  const ask = async (operation: string, input: object): Promise<unknown> => {
    const handle = manager.service.operations[operation];
    if (handle === undefined) throw new Error(`Secrets Manager has no ${operation}.`);
    if (/^(Describe|Get|List)/.test(operation)) return handle({ ...input }, callOf(operation));
    try {
      return await handle({ ClientRequestToken: randomUUID(), ...input }, callOf(operation));
    } finally {
      changes++;
    }
  };

  const store: SecretStore = {
    async list() {
      const { SecretList } = v.parse(Listing, await ask("ListSecrets", {}));
      return new Map(
        SecretList.map(({ Name, SecretVersionsToStages: labelled, Tags, LastChangedDate }) => {
          const versions = Object.entries(labelled).map(([id, labels]) => ({ id, labels }));
          const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
          return [Name, { versions, tags, changedAt: LastChangedDate.getTime() }];
        }),
      );
    },
    async describe(SecretId): Promise<SecretDescription> {
      const found = v.parse(Described, await ask("DescribeSecret", { SecretId }));
      return {
        arn: found.ARN,
        name: found.Name,
        rotationEnabled: found.RotationEnabled,
        createdAt: found.CreatedDate.getTime(),
        versions: Object.entries(found.VersionIdsToStages).map(([id, labels]) => ({ id, labels })),
        tags: Object.fromEntries(found.Tags.map(({ Key, Value }) => [Key, Value])),
      };
    },
    async createdAt(SecretId, versionId) {
      const { Versions: all } = v.parse(Versions, await ask("ListSecretVersionIds", { SecretId }));
      return all.find(({ VersionId }) => VersionId === versionId)?.CreatedDate.getTime();
    },
    async history(SecretId) {
      const input = { SecretId, IncludeDeprecated: true };
      const { Versions: all } = v.parse(Versions, await ask("ListSecretVersionIds", input));
      return all.map(({ VersionId, CreatedDate }) => ({ id: VersionId, createdAt: CreatedDate.getTime() }));
    },
    read: (SecretId, VersionId) =>
      unless("ResourceNotFoundException", undefined, async () => {
        const { SecretString, SecretBinary } = v.parse(Value, await ask("GetSecretValue", { SecretId, VersionId }));
        return SecretString ?? `binary ${SecretBinary?.toString("base64")}`;
      }),
    put: (SecretId, { token, text, label }) =>
      unless("ResourceExistsException", "taken" as const, () =>
        unless("LimitExceededException", "full" as const, async () => {
          const input = { SecretId, ClientRequestToken: token, SecretString: text, VersionStages: [label] };
          await ask("PutSecretValue", input);
          return "written" as const;
        }),
      ),
    moveLabel: (SecretId, VersionStage, { to, from }) =>
      unless("InvalidParameterException", "refused" as const, () =>
        unless("LimitExceededException", "full" as const, async () => {
          const move = { MoveToVersionId: to, RemoveFromVersionId: from };
          const { VersionIdsToStages } = v.parse(Described, await ask("DescribeSecret", { SecretId }));
          const labels = Object.values(VersionIdsToStages).flat();
          if (to !== undefined && !labels.includes(VersionStage) && labels.length >= labelsAtMost)
            return "full" as const;
          await ask("UpdateSecretVersionStage", { SecretId, VersionStage, ...move });
          return "moved" as const;
        }),
      ),
    async tag(SecretId, Key, tagged) {
      const { Tags } = v.parse(Described, await ask("DescribeSecret", { SecretId }));
      if (Tags.length >= tagsAtMost && !Tags.some((tag) => tag.Key === Key)) return "full";
      await ask("TagResource", { SecretId, Tags: [{ Key, Value: tagged }] });
      return "tagged";
    },
    async untag(SecretId, Key) {
      await ask("UntagResource", { SecretId, TagKeys: [Key] });
    },
  };
  return {
    ask,
    store,
    events,
    /** How often something was asked for that may have changed a secret. */
    changes: () => changes,
    stop: manager.stop,
  };
}

async function unless<T, Other>(code: string, instead: Other, work: () => Promise<T>): Promise<T | Other> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AwsError && error.code === code) return instead;
    throw error;
  }
}

function callOf(operation: string): ApiCall {
  const http = { method: "POST", path: "/", query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
  const caller = { kind: "operator", accessKeyId: "AKIALOCAL", arn: `arn:aws:iam::${account}:user/operator` } as const;
  return { service: "secretsmanager", operation, region: "us-east-1", requestId: "request", caller, http };
}
