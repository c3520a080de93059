import { GetFunctionCommand, GetPolicyCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Properties } from "#endpoint/core/service.ts";
import { stackContext } from "../serve.ts";
import { account, type LambdaHarness, startLambda, zip } from "./lambda-harness.ts";

// Processes start more slowly on a machine that does other things too.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let harness: LambdaHarness;
beforeAll(async () => {
  harness = await startLambda({
    objects: {
      "assets/one.zip": zip({ "functions/work.mjs": "export const main = async () => 1;" }),
      "assets/two.zip": zip({ "functions/work.mjs": "export const main = async () => 2;" }),
    },
  });
});
afterAll(() => harness.stop());

const provider = (type: string) => {
  const found = harness.lambda.service.resources?.[`AWS::Lambda::${type}`];
  if (found === undefined) throw new Error(`AWS::Lambda::${type} is not registered`);
  return found;
};
const asset = (S3Key: string, rest: Properties = {}): Properties => ({
  Code: { S3Bucket: "assets", S3Key },
  Handler: "functions/work.main",
  Runtime: "nodejs24.x",
  Role: `arn:aws:iam::${account}:role/worker`,
  Timeout: "20",
  Tags: [{ Key: "own", Value: "1" }],
  ...rest,
});

describe("AWS::Lambda::Function", () => {
  it("runs the asset of the template, then the next one, and is gone with the stack", async () => {
    const context = stackContext("Work", { "sst:stage": "local" });
    const state = await provider("Function").create(asset("one.zip"), context);
    expect(state.physicalId).toMatch(/^local-alarms-Work-[A-Z0-9]{12}$/);
    expect(state.attributes.Arn).toBe(`arn:aws:lambda:us-east-1:${account}:function:${state.physicalId}`);
    expect((await harness.invoke(state.physicalId)).payload).toBe(1);

    const changed = asset("two.zip", { ReservedConcurrentExecutions: 1 });
    await provider("Function").update(state, changed, asset("one.zip"), context);
    expect((await harness.invoke(state.physicalId)).payload).toBe(2);
    expect(await harness.client.send(new GetFunctionCommand({ FunctionName: state.physicalId }))).toMatchObject({
      Configuration: { Timeout: 20 },
      Concurrency: { ReservedConcurrentExecutions: 1 },
      Tags: { own: "1", "sst:stage": "local" },
    });

    await provider("Function").delete(state, changed, context);
    await provider("Function").delete(state, changed, context);
    await expect(harness.invoke(state.physicalId)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("takes the source text of an inline function", async () => {
    const inline = asset("", {
      Code: { ZipFile: "exports.handler = async () => 'inline';" },
      Handler: "index.handler",
    });
    const state = await provider("Function").create(inline, stackContext("Inline"));
    expect((await harness.invoke(state.physicalId)).payload).toBe("inline");
  });
});

describe("what belongs to a function", () => {
  it("grants, publishes, aliases, and undoes all of it", async () => {
    const fn = await provider("Function").create(asset("one.zip", { FunctionName: "owner" }), stackContext("Owner"));
    const grant = {
      FunctionName: fn.attributes.Arn,
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
      SourceArn: `arn:aws:events:us-east-1:${account}:rule/*`,
    };
    const permission = await provider("Permission").create(grant, stackContext("Grant"));
    const allowed = (rule: string) =>
      harness.lambda.functions.permits("owner", "events.amazonaws.com", `arn:aws:events:us-east-1:${account}:${rule}`);
    expect([allowed("rule/mine"), allowed("schedule/mine")]).toEqual([true, false]);
    const { Policy } = await harness.client.send(new GetPolicyCommand({ FunctionName: "owner" }));
    expect(JSON.parse(Policy ?? "")).toMatchObject({ Statement: [{ Principal: { Service: "events.amazonaws.com" } }] });

    const version = await provider("Version").create({ FunctionName: "owner" }, stackContext("V1"));
    expect(version).toMatchObject({ physicalId: `${fn.attributes.Arn}:1`, attributes: { Version: "1" } });
    await provider("Function").update(fn, asset("two.zip", { FunctionName: "owner" }), {}, stackContext("Owner"));
    const live = { FunctionName: "owner", Name: "live", FunctionVersion: "1" };
    await provider("Alias").create(live, stackContext("Live"));
    expect((await harness.invoke("owner:live")).payload).toBe(1);
    expect((await harness.invoke("owner")).payload).toBe(2);

    await provider("Permission").delete(permission, grant, stackContext("Grant"));
    expect(allowed("rule/mine")).toBe(false);
  });
});
