import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  ListFunctionUrlConfigsCommand,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stackContext } from "../serve.ts";
import { type LambdaHarness, startLambda } from "./lambda-harness.ts";

// Processes start more slowly on a machine that does other things too.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let harness: LambdaHarness;
beforeAll(async () => {
  harness = await startLambda();
});
afterAll(() => harness.stop());

const allow = async (FunctionName: string, action: "InvokeFunctionUrl" | "InvokeFunction") => {
  const limits =
    action === "InvokeFunction" ? { InvokedViaFunctionUrl: true } : { FunctionUrlAuthType: "NONE" as const };
  const Action = `lambda:${action}`;
  await harness.client.send(
    new AddPermissionCommand({ FunctionName, StatementId: action, Action, Principal: "*", ...limits }),
  );
};

async function open(name: string, source: string): Promise<string> {
  await harness.deploy(name, `export const handler = async (event) => { ${source} };`, { Timeout: 20 });
  const { FunctionUrl = "" } = await harness.client.send(
    new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: "NONE" }),
  );
  await allow(name, "InvokeFunctionUrl");
  await allow(name, "InvokeFunction");
  return FunctionUrl;
}

describe("the URL of a function", () => {
  it("hands it the request in format 2.0, a form in base64 as AWS does, and answers what it returns", async () => {
    const url = await open(
      "echo",
      'return { statusCode: 201, headers: { "X-Own": 7 }, cookies: ["a=1", "b=2"], body: JSON.stringify(event) };',
    );
    const answer = await fetch(`${url}deep/path?one=1&two=a&two=b`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "X-Sign": "s", cookie: "c=3; d=4" },
      body: "payload=%7B%7D",
    });
    expect([answer.status, answer.headers.get("x-own"), answer.headers.getSetCookie()]).toEqual([
      201,
      "7",
      ["a=1", "b=2"],
    ]);
    expect(await answer.json()).toMatchObject({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/deep/path",
      rawQueryString: "one=1&two=a&two=b",
      queryStringParameters: { one: "1", two: "a,b" },
      cookies: ["c=3", "d=4"],
      headers: { "x-sign": "s" },
      requestContext: {
        accountId: "anonymous",
        http: { method: "POST", path: "/deep/path", protocol: "HTTP/1.1", sourceIp: "127.0.0.1" },
        stage: "$default",
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
      body: Buffer.from("payload=%7B%7D").toString("base64"),
      isBase64Encoded: true,
    });
    const text = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    expect(await text.json()).toMatchObject({ body: "{}", isBase64Encoded: false });
  });

  it("answers JSON where the function returns no response, and 502 where it fails or returns a wrong one", async () => {
    const url = await open(
      "moody",
      'if (event.rawPath === "/fail") throw new Error("no"); return event.rawPath === "/odd" ? { statusCode: "x" } : { fine: true };',
    );
    const plain = await fetch(url);
    expect([plain.status, plain.headers.get("content-type"), await plain.text()]).toEqual([
      200,
      "application/json",
      '{"fine":true}',
    ]);
    for (const path of ["fail", "odd"]) expect((await fetch(`${url}${path}`)).status).toBe(502);
  });

  it("refuses bodies over 6 MB, and calls beyond the reserved concurrency", async () => {
    const url = await open("tight", "return 1;");
    expect((await fetch(url, { method: "POST", body: "x".repeat(6_300_000) })).status).toBe(413);
    await harness.client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "tight", ReservedConcurrentExecutions: 0 }),
    );
    expect((await fetch(url)).status).toBe(429);
  });

  it("lets nobody in without both permissions, which let no service of AWS in", async () => {
    await harness.deploy("closed", "export const handler = async () => 1;");
    const made = new CreateFunctionUrlConfigCommand({ FunctionName: "closed", AuthType: "NONE" });
    const { FunctionUrl = "", FunctionArn = "" } = await harness.client.send(made);
    expect((await fetch(FunctionUrl)).status).toBe(403);
    await allow("closed", "InvokeFunctionUrl");
    expect(await (await fetch(FunctionUrl)).json()).toEqual({ Message: expect.stringMatching(/^Forbidden\./) });
    await allow("closed", "InvokeFunction");
    expect((await fetch(FunctionUrl)).status).toBe(200);
    expect(harness.lambda.functions.permits(FunctionArn, "sns.amazonaws.com", "arn:aws:sns:us-east-1:1:t")).toBe(false);
  });

  it("is there once, can be looked up, and is gone when it is deleted", async () => {
    const url = await open("listed", "return 1;");
    const FunctionName = "listed";
    await expect(
      harness.client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" })),
    ).rejects.toMatchObject({ name: "ResourceConflictException" });
    const found = await harness.client.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    expect(found).toMatchObject({ FunctionUrl: url, AuthType: "NONE", InvokeMode: "BUFFERED" });
    const all = await harness.client.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
    expect(all.FunctionUrlConfigs).toMatchObject([{ FunctionUrl: url }]);
    await harness.client.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
    await expect(fetch(url)).rejects.toThrow();
    await expect(harness.client.send(new GetFunctionUrlConfigCommand({ FunctionName }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("is a resource of a template, at an address on loopback", async () => {
    await harness.deploy("templated", "export const handler = async () => 1;");
    const provider = harness.lambda.service.resources?.["AWS::Lambda::Url"];
    const context = stackContext("Url", {});
    const properties = { TargetFunctionArn: "templated", AuthType: "NONE" };
    const state = await provider?.create(properties, context);
    expect(state?.attributes.FunctionUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    if (state !== undefined) await provider?.delete(state, properties, context);
    await expect(fetch(String(state?.attributes.FunctionUrl))).rejects.toThrow();
  });

  it.each([{ AuthType: "AWS_IAM" as const }, { AuthType: "NONE" as const, InvokeMode: "RESPONSE_STREAM" as const }])(
    "is refused where it would be kinder than AWS: %o",
    async (settings) => {
      await harness.deploy(`strict-${settings.AuthType}`, "export const handler = async () => 1;");
      const FunctionName = `strict-${settings.AuthType}`;
      await expect(
        harness.client.send(new CreateFunctionUrlConfigCommand({ FunctionName, ...settings })),
      ).rejects.toMatchObject({ name: "UnsupportedOperation" });
    },
  );
});
