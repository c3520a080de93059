import { randomUUID } from "node:crypto";
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  LimitExceededException,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stackContext } from "../serve.ts";
import { type SecretsHarness, startSecrets } from "./secrets-harness.ts";

let harness: SecretsHarness;
beforeAll(async () => {
  harness = await startSecrets();
});
afterAll(() => harness.stop());

const create = (Name: string, SecretString?: string) =>
  harness.client.send(new CreateSecretCommand({ Name, SecretString }));
const get = (SecretId: string, rest: { VersionId?: string; VersionStage?: string } = {}) =>
  harness.client.send(new GetSecretValueCommand({ SecretId, ...rest }));
const put = (
  SecretId: string,
  SecretString: string,
  rest: { ClientRequestToken?: string; VersionStages?: string[] } = {},
) => harness.client.send(new PutSecretValueCommand({ SecretId, SecretString, ...rest }));

describe("a secret", () => {
  it("is found by name, by ARN and by ARN without its suffix", async () => {
    const { ARN } = await create("/prod/mcp/splunk", "{}");
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:573946584375:secret:\/prod\/mcp\/splunk-[A-Za-z0-9]{6}$/);
    for (const id of ["/prod/mcp/splunk", ARN ?? "", ARN?.slice(0, -7) ?? ""]) {
      expect(await get(id)).toMatchObject({ ARN, SecretString: "{}", VersionStages: ["AWSCURRENT"] });
    }
    await expect(create("/prod/mcp/splunk")).rejects.toMatchObject({
      name: "ResourceExistsException",
      message: "The operation failed because the secret /prod/mcp/splunk already exists.",
    });
    await expect(get("absent")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret.",
    });
  });

  it("[RUN-6] keeps the former value under AWSPREVIOUS when a new one is put", async () => {
    await create("rolled", "one");
    await put("rolled", "two");
    expect((await get("rolled")).SecretString).toBe("two");
    expect((await get("rolled", { VersionStage: "AWSPREVIOUS" })).SecretString).toBe("one");
    await put("rolled", "three");
    const current = await harness.client.send(new ListSecretVersionIdsCommand({ SecretId: "rolled" }));
    expect(current.Versions?.map((version) => version.VersionStages)).toEqual([["AWSPREVIOUS"], ["AWSCURRENT"]]);
    const all = await harness.client.send(
      new ListSecretVersionIdsCommand({ SecretId: "rolled", IncludeDeprecated: true }),
    );
    expect(all.Versions).toHaveLength(3);
  });

  it("[AWS-10] has AWSCURRENT on its first value, whatever else that is labelled", async () => {
    await create("first-labelled");
    const { VersionStages } = await put("first-labelled", "one", { VersionStages: ["candidate"] });
    expect(VersionStages).toEqual(["AWSCURRENT", "candidate"]);
    const second = await put("first-labelled", "two", { VersionStages: ["candidate"] });
    expect(second.VersionStages).toEqual(["candidate"]);
  });

  it("[AWS-10] keeps AWSPENDING on a value that was rotated in until another replaces it", async () => {
    await create("cycled", "one");
    const first = (await get("cycled")).VersionId ?? "";
    const { VersionId: second = "" } = await put("cycled", "two", { VersionStages: ["AWSPENDING"] });
    await harness.client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: "cycled",
        VersionStage: "AWSCURRENT",
        MoveToVersionId: second,
        RemoveFromVersionId: first,
      }),
    );
    expect((await harness.describe("cycled")).VersionIdsToStages).toEqual({
      [first]: ["AWSPREVIOUS"],
      [second]: ["AWSCURRENT", "AWSPENDING"],
    });
    const { VersionId: third = "" } = await put("cycled", "three");
    expect((await harness.describe("cycled")).VersionIdsToStages).toEqual({
      [second]: ["AWSPREVIOUS"],
      [third]: ["AWSCURRENT"],
    });
  });

  it("[AWS-10] takes twenty labels over all its versions", async () => {
    await create("labelled", "one");
    const labels = (from: number, count: number) => Array.from({ length: count }, (_, n) => `label-${from + n}`);
    await put("labelled", "two", { VersionStages: labels(0, 10) });
    await put("labelled", "three", { VersionStages: labels(10, 9) });
    await expect(put("labelled", "four", { VersionStages: ["one-more"] })).rejects.toBeInstanceOf(
      LimitExceededException,
    );
  });

  it("[AWS-10] has no member for what it never had: labels, tags, description", async () => {
    await create("bare");
    expect(Object.keys(await harness.describe("bare")).sort()).toEqual([
      "$metadata",
      "ARN",
      "CreatedDate",
      "LastChangedDate",
      "Name",
    ]);
    await harness.client.send(new TagResourceCommand({ SecretId: "bare", Tags: [{ Key: "a", Value: "b" }] }));
    await harness.client.send(new UntagResourceCommand({ SecretId: "bare", TagKeys: ["a"] }));
    expect((await harness.describe("bare")).Tags).toEqual([]);
    await put("bare", "one");
    const { VersionId } = await get("bare");
    await put("bare", "two");
    await put("bare", "three");
    const { Versions } = await harness.client.send(
      new ListSecretVersionIdsCommand({ SecretId: "bare", IncludeDeprecated: true }),
    );
    expect(Versions?.find((one) => one.VersionId === VersionId)).not.toHaveProperty("VersionStages");
  });

  it("[AWS-10] is deleted by force whether it is there, scheduled for deletion, or was never there", async () => {
    await create("forced", "one");
    const remove = (SecretId: string, how: object) =>
      harness.client.send(new DeleteSecretCommand({ SecretId, ...how }));
    await remove("forced", { RecoveryWindowInDays: 7 });
    await remove("forced", { ForceDeleteWithoutRecovery: true });
    await expect(harness.describe("forced")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    expect(await remove("never-there", { ForceDeleteWithoutRecovery: true })).toMatchObject({ Name: "never-there" });
    await expect(remove("never-there", {})).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("[AWS-10] refuses in the members and words of AWS's model", async () => {
    const raw = async (operation: string, body: object) => {
      const answer = await fetch(harness.endpoint.url, {
        method: "POST",
        headers: {
          "x-amz-target": `secretsmanager.${operation}`,
          "content-type": "application/x-amz-json-1.1",
          authorization:
            "AWS4-HMAC-SHA256 Credential=AKIALOCAL/20260101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0",
        },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await raw("GetSecretValue", { SecretId: "absent" })).toEqual({
      status: 400,
      body: { __type: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret." },
    });
    expect((await raw("PutSecretValue", { SecretId: "bare", SecretString: "hidden" })).body).toEqual({
      __type: "InvalidRequestException",
      Message: "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    });
    expect((await raw("ListSecrets", { MaxResults: 0, SortOrder: "up" })).body).toEqual({
      __type: "ValidationException",
      message:
        "2 validation errors detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1; Value 'up' at 'sortOrder' failed to satisfy constraint: Member must satisfy enum value set: [asc, desc]",
    });
    expect((await raw("DescribeSecret", { SecretId: 5 })).body).toEqual({
      __type: "SerializationException",
      message: "NUMBER_VALUE cannot be converted to String",
    });
    expect((await raw("ListSecrets", { NextToken: "1" })).body).toMatchObject({ __type: "InvalidNextTokenException" });
  });

  it("accepts the same token and value once, and refuses the token for another value", async () => {
    await create("idempotent", "one");
    const ClientRequestToken = randomUUID();
    const first = await put("idempotent", "two", { ClientRequestToken });
    expect(await put("idempotent", "two", { ClientRequestToken })).toMatchObject({ VersionId: first.VersionId });
    await expect(put("idempotent", "three", { ClientRequestToken })).rejects.toMatchObject({
      name: "ResourceExistsException",
    });
  });

  it("moves a label only away from the version that holds it", async () => {
    await create("swapped", "one");
    const { VersionId: second } = await put("swapped", "two");
    const first = (await get("swapped", { VersionStage: "AWSPREVIOUS" })).VersionId;
    const move = (MoveToVersionId?: string, RemoveFromVersionId?: string) =>
      harness.client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: "swapped",
          VersionStage: "AWSCURRENT",
          MoveToVersionId,
          RemoveFromVersionId,
        }),
      );
    await expect(move(first)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining("The parameter RemoveFromVersionId can't be empty."),
    });
    await expect(move(second, first)).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(move(undefined, second)).rejects.toMatchObject({ name: "InvalidParameterException" });
    await move(first, second);
    expect((await get("swapped")).SecretString).toBe("one");
    expect((await get("swapped", { VersionStage: "AWSPREVIOUS" })).SecretString).toBe("two");
  });

  it("announces on the bus every label but AWSPENDING and AWSPREVIOUS", async () => {
    const { ARN } = await create("announced", "one");
    const { VersionId } = await put("announced", "two", { VersionStages: ["candidate", "AWSPENDING"] });
    const announced = harness.events.filter((event) => event.resources[0] === ARN);
    expect(announced.map((event) => event.detail)).toEqual([
      { name: "announced", labelUpdated: "AWSCURRENT", versionId: expect.any(String) },
      { name: "announced", labelUpdated: "candidate", versionId: VersionId },
    ]);
    expect(announced[0]).toMatchObject({ source: "aws.secretsmanager", detailType: "Secret Label Updated" });
  });

  it("[SEC-4] can be restored within its recovery window, and is gone after it", async () => {
    await create("deleted", "one");
    const remove = (RecoveryWindowInDays: number) =>
      harness.client.send(new DeleteSecretCommand({ SecretId: "deleted", RecoveryWindowInDays }));
    await expect(remove(6)).rejects.toMatchObject({ name: "InvalidParameterException" });
    await remove(7);
    await expect(get("deleted")).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    });
    await expect(create("deleted")).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringContaining("already scheduled for deletion"),
    });
    await harness.client.send(new RestoreSecretCommand({ SecretId: "deleted" }));
    expect((await get("deleted")).SecretString).toBe("one");
    await remove(7);
    await harness.clock.turn(7 * 86_400_000);
    await expect(get("deleted")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("is listed by filters and read in batches", async () => {
    await create("/local/mcp/a", "1");
    await create("/local/mcp/b", "2");
    const { SecretList } = await harness.client.send(
      new ListSecretsCommand({ Filters: [{ Key: "name", Values: ["/local/mcp/"] }], SortOrder: "asc" }),
    );
    expect(SecretList?.map((secret) => secret.Name)).toEqual(["/local/mcp/a", "/local/mcp/b"]);
    const batch = await harness.client.send(
      new BatchGetSecretValueCommand({ SecretIdList: ["/local/mcp/a", "/local/mcp/z"] }),
    );
    expect(batch.SecretValues?.map((one) => one.SecretString)).toEqual(["1"]);
    expect(batch.Errors).toMatchObject([{ SecretId: "/local/mcp/z", ErrorCode: "ResourceNotFoundException" }]);
  });

  it("refuses a public policy when asked to, and one that is not JSON", async () => {
    await create("guarded", "1");
    const policy = (ResourcePolicy: string) =>
      harness.client.send(
        new PutResourcePolicyCommand({ SecretId: "guarded", ResourcePolicy, BlockPublicPolicy: true }),
      );
    const statement = { Effect: "Allow", Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*" };
    await expect(policy(JSON.stringify({ Statement: [statement] }))).rejects.toMatchObject({
      name: "PublicPolicyException",
    });
    await expect(policy("{")).rejects.toMatchObject({ name: "MalformedPolicyDocumentException" });
  });

  it("generates passwords by the rules", async () => {
    const { RandomPassword = "" } = await harness.client.send(
      new GetRandomPasswordCommand({ PasswordLength: 40, ExcludePunctuation: true, ExcludeCharacters: "abc0" }),
    );
    expect(RandomPassword).toMatch(/^[A-Zd-z1-9]{40}$/);
  });
});

describe("AWS::SecretsManager::Secret", () => {
  const provider = () => {
    const found = harness.manager.service.resources?.["AWS::SecretsManager::Secret"];
    if (found === undefined) throw new Error("the type is not registered");
    return found;
  };

  it("[SEC-3] writes a value once, and never over what an operator has put", async () => {
    const context = stackContext("Splunk", { "sst:stage": "local" });
    const properties = { Name: "/local/mcp/seeded", SecretString: '{"TOKEN":"placeholder"}' };
    const state = await provider().create(properties, context);
    await put(state.physicalId, "real");
    await provider().update(state, { ...properties, Description: "changed" }, properties, context);
    expect(await get(state.physicalId)).toMatchObject({ SecretString: "real" });
    expect(await harness.describe(state.physicalId)).toMatchObject({
      Description: "changed",
      Tags: [{ Key: "sst:stage", Value: "local" }],
    });
  });

  it("generates a value into a template, or writes none at all", async () => {
    const generated = await provider().create(
      {
        GenerateSecretString: {
          SecretStringTemplate: '{"user":"me"}',
          GenerateStringKey: "password",
          PasswordLength: "20",
          ExcludePunctuation: "true",
        },
      },
      stackContext("Generated"),
    );
    expect(JSON.parse((await get(generated.physicalId)).SecretString ?? "")).toEqual({
      user: "me",
      password: expect.stringMatching(/^[A-Za-z0-9]{20}$/),
    });
    const empty = await provider().create({ Name: "/local/mcp/empty" }, stackContext("Empty"));
    await expect(get(empty.physicalId)).rejects.toMatchObject({
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
  });

  it("[AWS-10] is deleted at once, by force, so that its name is free", async () => {
    const properties = { Name: "/local/mcp/gone", SecretString: "1" };
    const context = stackContext("Gone");
    const state = await provider().create(properties, context);
    await provider().delete(state, properties, context);
    await provider().delete(state, properties, context);
    await expect(harness.describe(state.physicalId)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const again = await provider().create(properties, context);
    expect((await get(again.physicalId)).SecretString).toBe("1");
  });
});
