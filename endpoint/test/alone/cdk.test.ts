import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";

const program = fileURLToPath(new URL("../../main.ts", import.meta.url));
const app = fileURLToPath(new URL("app.mjs", import.meta.url));
const cdk = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");
const outputs = v.object({
  Stranger: v.object({ QueueUrl: v.string(), TopicArn: v.string(), GreeterName: v.string() }),
});

let folder: string;
let endpoint: ChildProcess;
let environment: Readonly<Record<string, string>>;

/** The endpoint in a process of its own, and the environment it prints. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endpoint-alone-"));
  await writeFile(join(folder, "cdk.json"), JSON.stringify({ notices: false, versionReporting: false }));
  const ports = ["--port", "0", "--https-port", "0", "--http-port", "0"];
  endpoint = spawn(process.execPath, [program, ...ports, "--state", join(folder, "state")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  environment = await printed(endpoint);
});

afterAll(async () => {
  if (endpoint.exitCode === null) endpoint.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

it("serves the real cdk from a process of its own: bootstrap, deploy, use, destroy", { timeout: 120_000 }, async () => {
  await run([cdk, "bootstrap", `aws://${environment.CDK_DEFAULT_ACCOUNT}/${environment.CDK_DEFAULT_REGION}`]);
  const assembly = join(folder, "cdk.out");
  await run([app], { CDK_OUTDIR: assembly });
  const file = join(folder, "outputs.json");
  await run([cdk, "deploy", "--app", assembly, "--require-approval=never", "--outputs-file", file]);
  const { QueueUrl, TopicArn, GreeterName } = v.parse(outputs, JSON.parse(await readFile(file, "utf8"))).Stranger;

  const settings = {
    endpoint: environment.AWS_ENDPOINT_URL ?? "",
    region: environment.AWS_REGION ?? "",
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  };
  await new SNSClient(settings).send(new PublishCommand({ TopicArn, Message: "two loaves" }));
  const { Messages } = await new SQSClient(settings).send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(["two loaves"]);
  const invoke = new InvokeCommand({ FunctionName: GreeterName, Payload: JSON.stringify({ name: "Ada" }) });
  const { Payload } = await new LambdaClient(settings).send(invoke);
  expect(Payload?.transformToString()).toBe('"Hello, Ada"');

  await run([cdk, "destroy", "--app", assembly, "--force"]);
  endpoint.kill("SIGTERM");
  expect(await once(endpoint, "exit")).toEqual([0, null]);
});

/** Runs a Node program with what the endpoint printed and nothing of the operator's settings. */
async function run(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<void> {
  const { PATH = "", TMPDIR = tmpdir() } = process.env;
  const quiet = { CI: "true", CDK_DISABLE_CLI_TELEMETRY: "true", AWS_EC2_METADATA_DISABLED: "true" };
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...environment, PATH, TMPDIR, HOME: folder, ...quiet, ...more },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect(child.exitCode, `${args.join(" ")}:\n${stdout}${stderr}`).toBe(0);
}

/** The `export` lines, until the last one. */
async function printed({ stdout }: ChildProcess): Promise<Readonly<Record<string, string>>> {
  if (stdout === null) throw new Error("The endpoint has no standard output to read.");
  const found: Record<string, string> = {};
  for await (const line of createInterface({ input: stdout })) {
    const [, name, value] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Not an export: ${line}`);
    found[name] = value;
    if (name === "NODE_EXTRA_CA_CERTS") return found;
  }
  throw new Error("The endpoint ended before it had printed its environment.");
}
