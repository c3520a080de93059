import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stackContext } from "../serve.ts";
import { type SecretsHarness, startSecrets } from "./secrets-harness.ts";

/** The four steps as AWS's template has them; a tag on the secret makes a step fail. */
const rotation = `
import { SecretsManagerClient, DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, UpdateSecretVersionStageCommand } from "@aws-sdk/client-secrets-manager";
const client = new SecretsManagerClient();
export const handler = async ({ Step, SecretId, ClientRequestToken }) => {
  console.log("step", Step);
  const secret = await client.send(new DescribeSecretCommand({ SecretId }));
  if (!secret.RotationEnabled) throw new Error("off");
  const stages = secret.VersionIdsToStages[ClientRequestToken];
  if (!stages?.includes("AWSPENDING")) throw new Error("not pending");
  if (secret.Description === Step) throw new Error("told to fail");
  if (Step === "createSecret") {
    try {
      await client.send(new GetSecretValueCommand({ SecretId, VersionId: ClientRequestToken, VersionStage: "AWSPENDING" }));
    } catch (error) {
      if (error.name !== "ResourceNotFoundException") throw error;
      await client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString: "value-" + ClientRequestToken, VersionStages: ["AWSPENDING"] }));
    }
  }
  if (Step === "finishSecret") {
    const from = Object.entries(secret.VersionIdsToStages).find(([, labels]) => labels.includes("AWSCURRENT"))[0];
    await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: ClientRequestToken, RemoveFromVersionId: from }));
  }
};`;

const DAY_MS = 86_400_000;
// Processes start more slowly on a machine that does other things too.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let harness: SecretsHarness;
let lambdaArn: string | undefined;
beforeAll(async () => {
  harness = await startSecrets();
  lambdaArn = await harness.deployRotation("rotate", rotation);
});
afterAll(() => harness.stop());

const create = async (Name: string, Description?: string) =>
  (await harness.client.send(new CreateSecretCommand({ Name, Description, SecretString: "first" }))).ARN;
const rotate = (SecretId: string, rest: Partial<RotateSecretCommandInput> = {}) =>
  harness.client.send(new RotateSecretCommand({ SecretId, RotationLambdaARN: lambdaArn, ...rest }));
const value = async (SecretId: string, VersionStage?: string) =>
  (await harness.client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
const settled = (arn: string | undefined, ...events: readonly string[]) =>
  vi.waitFor(() => expect(harness.rotationEvents(arn)).toEqual(events), { timeout: 8_000 });

describe("RotateSecret", () => {
  it("[ROT-1] has the deployed function make, prove and promote a new version", async () => {
    const arn = await create("rotated");
    const { VersionId } = await rotate("rotated");
    await settled(arn, "RotationStarted", "RotationSucceeded");
    expect(await value("rotated")).toBe(`value-${VersionId}`);
    expect(await value("rotated", "AWSPREVIOUS")).toBe("first");
    expect(await harness.describe("rotated")).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: lambdaArn,
      LastRotatedDate: new Date(harness.clock.now()),
    });
    const steps = harness.lines.filter((one) => one.line.includes("\tstep ")).map((one) => one.line.split("step ")[1]);
    expect(steps).toEqual(["createSecret", "setSecret", "testSecret", "finishSecret"]);
  });

  it("[ROT-1] repeats on its schedule", async () => {
    const arn = await create("scheduled");
    await rotate("scheduled", { RotationRules: { AutomaticallyAfterDays: 30 } });
    await settled(arn, "RotationStarted", "RotationSucceeded");
    const first = await value("scheduled");
    expect((await harness.describe("scheduled")).NextRotationDate).toEqual(new Date(harness.clock.now() + 30 * DAY_MS));
    await harness.clock.turn(30 * DAY_MS);
    await settled(arn, "RotationStarted", "RotationSucceeded", "RotationStarted", "RotationSucceeded");
    expect(await value("scheduled")).not.toBe(first);
  });

  it("[ROT-6] tries a failed rotation again with the same version, and succeeds once the cause is gone", async () => {
    const arn = await create("failing", "testSecret");
    const { VersionId } = await rotate("failing");
    await settled(arn, "RotationStarted", "RotationFailed");
    expect(await value("failing")).toBe("first");
    expect((await harness.describe("failing")).VersionIdsToStages).toMatchObject({ [VersionId ?? ""]: ["AWSPENDING"] });
    await expect(rotate("failing")).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    await harness.client.send(new UpdateSecretCommand({ SecretId: "failing", Description: "" }));
    await harness.clock.turn(5 * 60_000);
    await settled(arn, "RotationStarted", "RotationFailed", "RotationStarted", "RotationSucceeded");
    expect(await value("failing")).toBe(`value-${VersionId}`);
  });

  it("is abandoned when somebody else puts a value", async () => {
    const arn = await create("abandoned", "setSecret");
    await rotate("abandoned");
    await settled(arn, "RotationStarted", "RotationFailed");
    await harness.client.send(new PutSecretValueCommand({ SecretId: "abandoned", SecretString: "by hand" }));
    await harness.clock.turn(DAY_MS);
    await settled(arn, "RotationStarted", "RotationFailed", "RotationAbandoned");
    expect(await value("abandoned")).toBe("by hand");
  });

  it("[AWS-10] loses AWSPENDING when it is abandoned, even after its last attempt, so that the next one begins afresh", async () => {
    const arn = await create("taken-over", "setSecret");
    const { VersionId } = await rotate("taken-over", { RotationRules: { Duration: "1h", AutomaticallyAfterDays: 30 } });
    await settled(arn, "RotationStarted", "RotationFailed");
    await harness.clock.turn(2 * 3_600_000);
    await vi.waitFor(() =>
      expect(harness.rotationEvents(arn).filter((one) => one === "RotationFailed")).toHaveLength(2),
    );
    await harness.client.send(new PutSecretValueCommand({ SecretId: "taken-over", SecretString: "by hand" }));
    const stages = (await harness.describe("taken-over")).VersionIdsToStages ?? {};
    expect(Object.values(stages).flat().sort()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
    await harness.client.send(new UpdateSecretCommand({ SecretId: "taken-over", Description: "fine" }));
    const next = await rotate("taken-over");
    expect(next.VersionId).not.toBe(VersionId);
    await vi.waitFor(() => expect(harness.rotationEvents(arn).at(-1)).toBe("RotationSucceeded"), { timeout: 8_000 });
    expect(await value("taken-over", "AWSPREVIOUS")).toBe("by hand");
  });

  it("is abandoned when its pending label is removed, and may then start again", async () => {
    const arn = await create("unblocked", "setSecret");
    const { VersionId } = await rotate("unblocked");
    await settled(arn, "RotationStarted", "RotationFailed");
    await harness.client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: "unblocked",
        VersionStage: "AWSPENDING",
        RemoveFromVersionId: VersionId,
      }),
    );
    await settled(arn, "RotationStarted", "RotationFailed", "RotationAbandoned");
    expect((await rotate("unblocked")).VersionId).not.toBe(VersionId);
  });

  it("says that the pending version has no value yet", async () => {
    await create("valueless", "createSecret");
    const { VersionId } = await rotate("valueless");
    await expect(value("valueless", "AWSPENDING")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    });
    await expect(
      harness.client.send(new GetSecretValueCommand({ SecretId: "valueless", VersionId })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("only tests, on a temporary version, when it should not rotate at once", async () => {
    const arn = await create("tested", "testSecret");
    expect(await rotate("tested", { RotateImmediately: false })).not.toHaveProperty("VersionId");
    await settled(arn, "TestRotationFailed");
    expect(Object.values((await harness.describe("tested")).VersionIdsToStages ?? {})).toEqual([["AWSCURRENT"]]);
  });

  it("refuses a function it may not invoke, an invalid schedule, and a secret without a function", async () => {
    await create("refused");
    const { FunctionArn } = await harness.deploy("closed", "export const handler = async () => {};");
    await expect(rotate("refused", { RotationLambdaARN: FunctionArn })).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await expect(rotate("refused", { RotationRules: { ScheduleExpression: "rate(1 hour)" } })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await expect(rotate("refused", { RotationLambdaARN: undefined })).rejects.toMatchObject({
      name: "InvalidRequestException",
    });
  });
});

describe("AWS::SecretsManager::RotationSchedule", () => {
  it("rotates at once, and stops when it is deleted", async () => {
    const provider = harness.manager.service.resources?.["AWS::SecretsManager::RotationSchedule"];
    const arn = await create("declared");
    const properties = { SecretId: arn, RotationLambdaARN: lambdaArn, RotationRules: { AutomaticallyAfterDays: "30" } };
    const context = stackContext("Schedule");
    const state = await provider?.create(properties, context);
    await settled(arn, "RotationStarted", "RotationSucceeded");
    if (state !== undefined) await provider?.delete(state, properties, context);
    expect(await harness.describe("declared")).toMatchObject({ RotationEnabled: false });
    await harness.clock.turn(60 * DAY_MS);
    await settled(arn, "RotationStarted", "RotationSucceeded");
  });
});
