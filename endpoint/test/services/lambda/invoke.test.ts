import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { account, type LambdaHarness, startLambda, zip } from "./lambda-harness.ts";

// Processes start more slowly on a machine that does other things too.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let harness: LambdaHarness;
beforeAll(async () => {
  process.env.OPERATOR_SECRET = "must-not-leak";
  harness = await startLambda();
});
afterAll(() => harness.stop());

describe("a function of the Node.js runtime", () => {
  it("runs an ES module handler with AWS's environment and nothing of the operator's", async () => {
    await harness.deploy("env", "export const handler = async (event) => ({ event, env: process.env });", {
      Environment: { Variables: { STAGE: "local" } },
      MemorySize: 256,
    });
    await waitUntilFunctionActiveV2({ client: harness.client, maxWaitTime: 5 }, { FunctionName: "env" });
    const { payload, ExecutedVersion, FunctionError } = await harness.invoke("env", { n: 1 });
    expect(FunctionError).toBeUndefined();
    expect(ExecutedVersion).toBe("$LATEST");
    expect(payload).toMatchObject({
      event: { n: 1 },
      env: {
        STAGE: "local",
        AWS_LAMBDA_FUNCTION_NAME: "env",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
        AWS_REGION: "us-east-1",
        AWS_ENDPOINT_URL: harness.endpoint.url,
        AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
        TZ: ":UTC",
        AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      },
    });
    expect(JSON.stringify(payload)).not.toContain("must-not-leak");
  });

  it("reaches what has a name under localhost, whatever the system resolves", async () => {
    await harness.deploy("names", "export const handler = async (url) => (await fetch(url)).status;", {});
    await waitUntilFunctionActiveV2({ client: harness.client, maxWaitTime: 5 }, { FunctionName: "names" });
    const { port } = new URL(harness.endpoint.url);
    // The front door answers, and knows no such host.
    expect((await harness.invoke("names", `http://notes.mcp.localhost:${port}/`)).payload).toBe(403);
  });

  it.each([
    ["esm", "index.mjs", 'import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda"; export'],
    [
      "commonjs",
      "index.js",
      'const { LambdaClient, ListFunctionsCommand } = require("@aws-sdk/client-lambda"); exports.handler = handler;',
    ],
  ])(
    "calls the endpoint back as its own role, with the SDK the runtime brings along (%s)",
    async (name, file, head) => {
      const source = `${head} async function handler() { return (await new LambdaClient().send(new ListFunctionsCommand())).Functions.length; }`;
      await harness.deploy(name, "", { Timeout: 20, Code: { ZipFile: zip({ [file]: source }) } });
      const { payload } = await harness.invoke(name);
      expect(payload).toBeGreaterThan(0);
      const call = harness.endpoint.journal.entries().findLast((one) => one.operation === "ListFunctions");
      expect(call?.caller).toBe(`arn:aws:sts::${account}:assumed-role/worker/${name}`);
    },
  );

  it("loads CommonJS, and callback handlers on the runtimes that have them", async () => {
    const source = "exports.handler = (event, context, callback) => callback(null, context.awsRequestId);";
    const Code = { ZipFile: zip({ "index.js": source }) };
    await harness.deploy("old", "", { Code, Runtime: "nodejs22.x" });
    expect((await harness.invoke("old")).payload).toMatch(/^[0-9a-f-]{36}$/);
    await harness.deploy("new", "", { Code });
    const { payload } = await harness.invoke("new");
    expect(payload).toMatchObject({ errorType: "Runtime.CallbackHandlerDeprecated" });
  });

  it("stays warm, and restarts after a change of code or configuration", async () => {
    const source = (v: number) =>
      `let n = 0; export const handler = async () => [${v}, ++n, process.env.MODE ?? null];`;
    await harness.deploy("warm", source(1));
    expect((await harness.invoke("warm")).payload).toEqual([1, 1, null]);
    expect((await harness.invoke("warm")).payload).toEqual([1, 2, null]);
    await harness.client.send(
      new UpdateFunctionCodeCommand({ FunctionName: "warm", ZipFile: zip({ "index.mjs": source(2) }) }),
    );
    expect((await harness.invoke("warm")).payload).toEqual([2, 1, null]);
    await harness.client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: "warm", Environment: { Variables: { MODE: "x" } } }),
    );
    expect((await harness.invoke("warm")).payload).toEqual([2, 1, "x"]);
  });

  it("writes START, the console's lines, END and REPORT, in this order", async () => {
    await harness.deploy(
      "chatty",
      'export const handler = async () => { console.log("two\\nlines"); console.error("e"); };',
    );
    const { log, payload } = await harness.invoke("chatty");
    expect(payload).toBeNull();
    expect(log).toMatch(
      /INIT_START [^\n]*\nSTART RequestId: (\S+) Version: \$LATEST\n\S+Z\t\1\tINFO\ttwo\nlines\n\S+Z\t\1\tERROR\te\nEND RequestId: \1\nREPORT RequestId: \1\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\tInit Duration: /,
    );
    const written = harness.lines.filter((one) => one.group === "/aws/lambda/chatty");
    expect(written.map((one) => one.line)).toContainEqual(expect.stringContaining("two\nlines"));
    expect(written[0]?.stream).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  it("writes every line as JSON where the function's logging is JSON", async () => {
    await harness.deploy("structured", 'export const handler = async () => console.warn("low on", { fuel: 1 });', {
      LoggingConfig: { LogFormat: "JSON" },
    });
    const { log } = await harness.invoke("structured");
    const lines = log
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { type: "platform.initStart" },
      { type: "platform.start" },
      { level: "WARN", message: "low on { fuel: 1 }", requestId: expect.any(String) },
      { type: "platform.report", record: { status: "success" } },
    ]);
  });

  it("reports metrics by function name", async () => {
    await harness.deploy("measured", 'export const handler = async () => { throw new Error("x"); };');
    await harness.invoke("measured");
    const mine = harness.data.filter((one) => one.dimensions.FunctionName === "measured");
    const of = (metric: string) => mine.find((one) => one.metric === metric);
    expect(of("Invocations")).toMatchObject({ namespace: "AWS/Lambda", value: 1 });
    expect(of("Errors")).toMatchObject({ value: 1 });
    expect(of("Duration")).toMatchObject({ unit: "Milliseconds" });
  });
});

describe("a function that fails", () => {
  it.each([
    [
      "throws",
      'export const handler = async () => { throw new TypeError("no"); };',
      { errorType: "TypeError", errorMessage: "no", trace: expect.any(Array) },
    ],
    [
      "throws what is not an error",
      'export const handler = async () => { throw "no"; };',
      { errorType: "string", errorMessage: "no" },
    ],
    [
      "has no such export",
      "export const other = 1;",
      { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is undefined or not exported" },
    ],
    ["imports what is missing", 'import "absent";', { errorType: "Runtime.ImportModuleError" }],
    ["does not parse", "export const = 1;", { errorType: "Runtime.UserCodeSyntaxError" }],
    [
      "exits",
      "export const handler = async () => process.exit(3);",
      {
        errorType: "Runtime.ExitError",
        errorMessage: expect.stringContaining("Runtime exited with error: exit status 3"),
      },
    ],
    [
      "never settles",
      "export const handler = () => new Promise(() => undefined);",
      { errorType: "Runtime.NodeJsExit", errorMessage: expect.stringContaining("a Promise that was never settled") },
    ],
    [
      "leaves a rejection behind",
      "export const handler = async () => { Promise.reject(new Error('late')); await new Promise((r) => setTimeout(r, 1000)); };",
      { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "Error: late" },
    ],
  ])("%s", async (name, source, expected) => {
    const functionName = name.replaceAll(/[^a-z]/g, "-");
    await harness.deploy(functionName, source);
    const { FunctionError, payload } = await harness.invoke(functionName);
    expect(FunctionError).toBe("Unhandled");
    expect(payload).toMatchObject(expected);
  });

  it("is killed at its timeout, in AWS's words, and its next event finds a new process", async () => {
    const source =
      "let n = 0; export const handler = (e) => new Promise((r) => { n++; if (e.hang) setInterval(() => 0, 100); else r(n); });";
    await harness.deploy("slow", source, { Timeout: 1 });
    expect((await harness.invoke("slow")).payload).toBe(1);
    const { FunctionError, payload, log } = await harness.invoke("slow", { hang: true });
    expect(FunctionError).toBe("Unhandled");
    expect(payload).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/),
    });
    expect(log).toContain("Task timed out after 1.00 seconds");
    expect((await harness.invoke("slow")).payload).toBe(1);
  });

  it("is not run where its runtime is not emulated", async () => {
    await harness.deploy("snake", "", { Runtime: "python3.13" });
    await expect(harness.invoke("snake")).rejects.toMatchObject({ name: "UnsupportedOperation" });
  });
});

describe("the processes of functions", () => {
  const pids = (answers: readonly { readonly payload: unknown }[]) => new Set(answers.map(({ payload }) => payload));

  it("handle a burst of events one after the other, without starting more processes", async () => {
    await harness.deploy("burst", "export const handler = async () => process.pid;");
    const answers = await Promise.all(Array.from({ length: 8 }, () => harness.invoke("burst")));
    expect(pids(answers).size).toBe(1);
  });

  it("are joined by another once an event has waited for long enough", async () => {
    const folder = await mkdtemp(join(tmpdir(), "held-"));
    const [begun, released] = [join(folder, "begun"), join(folder, "released")];
    await harness.deploy(
      "held",
      `import { existsSync, writeFileSync } from "node:fs";
      export async function handler({ begun, released }) {
        if (begun !== undefined) writeFileSync(begun, "");
        while (released !== undefined && !existsSync(released)) await new Promise((resolve) => setTimeout(resolve, 10));
        return process.pid;
      }`,
      { Timeout: 60 },
    );
    const held = harness.invoke("held", { begun, released });
    await vi.waitFor(() => access(begun), 10_000);
    const other = harness.invoke("held");
    const turning = setInterval(() => void harness.clock.turn(500), 20);
    const second = await other.finally(() => clearInterval(turning));
    await writeFile(released, "");
    const answers = [await held, second];
    await rm(folder, { recursive: true });
    expect(pids(answers).size).toBe(2);
  });
});

describe("the Lambda API", () => {
  it("throttles above the reserved concurrency", async () => {
    await harness.deploy("single", "export const handler = () => new Promise((r) => setTimeout(r, 300));");
    await harness.client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "single", ReservedConcurrentExecutions: 1 }),
    );
    const outcomes = await Promise.allSettled([harness.invoke("single"), harness.invoke("single")]);
    const refused = outcomes.filter((one) => one.status === "rejected").map((one) => one.reason);
    expect(refused).toMatchObject([{ name: "TooManyRequestsException", $metadata: { httpStatusCode: 429 } }]);
    expect(harness.data.some((one) => one.metric === "Throttles" && one.dimensions.FunctionName === "single")).toBe(
      true,
    );
  });

  it("[AWS-10] leaves a hundred of the account's thousand to functions that reserve none", async () => {
    await harness.deploy("greedy", "");
    const reserve = (ReservedConcurrentExecutions: number) =>
      harness.client.send(new PutFunctionConcurrencyCommand({ FunctionName: "greedy", ReservedConcurrentExecutions }));
    await reserve(800);
    await expect(reserve(901)).rejects.toThrow(
      "decreases account's UnreservedConcurrentExecution below its minimum value of [100]",
    );
    await reserve(0);
  });

  it("answers AWS's errors for what is missing, exists already, or is not JSON", async () => {
    await expect(harness.invoke("absent")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Function not found: arn:aws:lambda:us-east-1:573946584375:function:absent",
      $metadata: { httpStatusCode: 404 },
    });
    await harness.deploy("twice", "");
    await expect(harness.deploy("twice", "")).rejects.toMatchObject({ name: "ResourceConflictException" });
    await expect(harness.client.send(new InvokeCommand({ FunctionName: "twice", Payload: "{" }))).rejects.toMatchObject(
      { name: "InvalidRequestContentException" },
    );
    await expect(harness.deploy("no-zip", "", { Code: { ZipFile: Buffer.from("no zip") } })).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
  });

  it("describes a function by name and by ARN, and forgets it once deleted", async () => {
    const { FunctionArn } = await harness.deploy("short", "export const handler = async () => 1;", {
      Tags: { a: "b" },
    });
    const found = await harness.client.send(new GetFunctionCommand({ FunctionName: FunctionArn }));
    expect(found.Configuration).toMatchObject({ State: "Active", Timeout: 3, MemorySize: 128, Runtime: "nodejs24.x" });
    expect(found.Tags).toEqual({ a: "b" });
    await harness.client.send(new DeleteFunctionCommand({ FunctionName: "short" }));
    await expect(harness.client.send(new GetFunctionCommand({ FunctionName: "short" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});
