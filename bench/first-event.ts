import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PutSecretValueCommand, RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { ChatSettings } from "#chat/settings.ts";
import type { FleetDefinition } from "#fleet";
import { putCredentials } from "#start/credentials.ts";
import { echo, mapOf } from "../test/stage/maps.ts";
import { type FleetStage, openStage } from "../test/stage/stage.ts";
import { median } from "./load.ts";

export interface FirstEventFigures {
  /** Milliseconds from process start to the first event handled; medians. */
  readonly rotation: Compared;
  readonly alarm: Compared;
}

interface Compared {
  readonly oursMs: number;
  /** Of the Python function that does the job elsewhere; absent where its file is not at hand. */
  readonly pythonMs: number | undefined;
  readonly ratio: number | undefined;
}

const rounds = 9;
const keys: FleetDefinition["secrets"][string] = {
  description: "A key of the fleet's own",
  keys: { KEY: { randomBytes: 32 } },
  rotation: { issuer: "random", keys: { KEY: { length: 32 } } },
};

/**
 * Process start to first event handled, of the deployed bundles, against the endpoint; next to them, on the same events,
 * the Python functions in the folder that `BENCH_PYTHON_FUNCTIONS` names: `lambda_function.py`, AWS's rotation template
 * (aws-samples/aws-secrets-manager-rotation-lambdas, SecretsManagerRotationTemplate), and `notify_slack.py`
 * (terraform-aws-modules/terraform-aws-notify-slack, functions). They need `python3` with boto3.
 */
export async function benchFirstEvent(): Promise<FirstEventFigures> {
  const base = mapOf({ notes: echo("notes", { oauth: "owner" }) });
  const map: FleetDefinition = { ...base, secrets: { ...base.secrets, keys } };
  const stage = await openStage(map);
  try {
    await stage.deploy(map);
    await putCredentials(stage.fleet, stage.plan(map));
    return { rotation: await benchRotationStep(stage), alarm: await benchAlarm(stage) };
  } finally {
    await stage.close();
  }
}

/** The first of the four calls of a rotation, for a version that is pending. */
async function benchRotationStep(stage: FleetStage): Promise<Compared> {
  const secrets = new SecretsManagerClient(stage.client);
  const SecretId = "/local/mcp/keys";
  await secrets.send(new RotateSecretCommand({ SecretId, RotateImmediately: false }));
  const ours = await deployed(stage, "rotate-secret");
  return compare(ours, python("lambda_function", endpointOf(stage, "SECRETS_MANAGER_ENDPOINT")), async () => {
    const ClientRequestToken = randomUUID();
    const SecretString = JSON.stringify({ KEY: randomUUID() });
    const VersionStages = ["AWSPENDING"];
    const { ARN } = await secrets.send(
      new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages }),
    );
    const event = { Step: "createSecret", SecretId: ARN, ClientRequestToken };
    return { ours: event, theirs: event };
  });
}

/** One alarm, to one Slack webhook. Ours looks up what helps the reader and keeps a record; theirs posts. */
async function benchAlarm(stage: FleetStage): Promise<Compared> {
  const ours = await deployed(stage, "alarm-to-chat");
  const settings = v.parse(v.pipe(v.string(), v.parseJson(), ChatSettings), ours.env.CHAT_SETTINGS);
  const one: ChatSettings = { ...settings, routes: [{ to: ["slack-feed"] }] };
  const notifier = python("notify_slack", {
    ...endpointOf(stage),
    SLACK_WEBHOOK_URL: stage.fleet.chats.secret.SLACK_WEBHOOK_URL ?? "",
    SLACK_CHANNEL: "C0MCPALERTS",
    SLACK_USERNAME: "bench",
    SLACK_EMOJI: ":bell:",
  });
  const told = { ...ours, env: { ...ours.env, CHAT_SETTINGS: JSON.stringify(one) } };
  return compare(told, notifier, async () => {
    const Message = JSON.stringify(alarm(`local-mcp-notes-${randomUUID()}`));
    const Sns = {
      Type: "Notification",
      TopicArn: "arn:aws:sns:us-east-1:000000000000:MCPAlerts",
      Subject: "ALARM",
      Message,
    };
    const attributes = { SentTimestamp: String(Date.now()), ApproximateReceiveCount: "1" };
    const record = { messageId: randomUUID(), receiptHandle: "none", body: JSON.stringify(Sns), attributes };
    return { ours: { Records: [record] }, theirs: { Records: [{ Sns }] } };
  });
}

function alarm(AlarmName: string) {
  return {
    AlarmName,
    AlarmArn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${AlarmName}`,
    AWSAccountId: "000000000000",
    Region: "US East (N. Virginia)",
    StateChangeTime: new Date().toISOString(),
    OldStateValue: "OK",
    NewStateValue: "ALARM",
    NewStateReason: "Threshold Crossed: 1 datapoint [7.0] was greater than the threshold (1.0).",
    AlarmDescription: "bench",
    Trigger: {
      MetricName: "HTTPCode_Target_5XX_Count",
      Namespace: "AWS/ApplicationELB",
      Statistic: "SUM",
      Dimensions: [],
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: "GreaterThanThreshold",
      Threshold: 1,
    },
  };
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The folder of its code, as Lambda starts it. */
  readonly cwd?: string;
}

/** Reads the event from its last argument; says `handled` when its handler is done, and fails when that fails. */
async function deployed(stage: FleetStage, name: string): Promise<Program> {
  const { Configuration, Code } = await new LambdaClient(stage.client).send(
    new GetFunctionCommand({ FunctionName: `local-mcp-${name}` }),
  );
  const [module = ""] = Configuration?.Handler?.split(".") ?? [];
  const folder = new URL(`${Code?.Location}/`);
  const file = [".mjs", ".js", ".cjs"].map((end) => new URL(`${module}${end}`, folder)).find((url) => existsSync(url));
  if (file === undefined) throw new Error(`${name} has no ${module} in ${folder.href}.`);
  const script = `const { handler } = await import(${JSON.stringify(file.href)});
await handler(JSON.parse(process.argv[1]), { getRemainingTimeInMillis: () => 60_000 });
process.stdout.write("handled\\n");`;
  return {
    command: process.execPath,
    args: ["--input-type=module", "-e", script],
    env: { ...Configuration?.Environment?.Variables, ...endpointOf(stage) },
    cwd: fileURLToPath(folder),
  };
}

function python(module: string, env: Program["env"]): Program | undefined {
  const folder = process.env.BENCH_PYTHON_FUNCTIONS;
  if (folder === undefined || !existsSync(join(folder, `${module}.py`))) return undefined;
  const script = `import json, sys
sys.path.insert(0, ${JSON.stringify(folder)})
from ${module} import lambda_handler
lambda_handler(json.loads(sys.argv[1]), None)
print("handled", flush=True)`;
  return { command: "python3", args: ["-c", script], env };
}

function endpointOf({ cloud }: FleetStage, name = "AWS_ENDPOINT_URL"): Readonly<Record<string, string>> {
  const { endpointUrl, region } = cloud.place;
  return {
    [name]: endpointUrl,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "operator",
    AWS_SECRET_ACCESS_KEY: "operator",
  };
}

async function compare(
  ours: Program,
  theirs: Program | undefined,
  prepare: () => Promise<{ readonly ours: unknown; readonly theirs: unknown }>,
): Promise<Compared> {
  const taken: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    const events = await prepare();
    taken.ours.push(await timeFirstEvent(ours, events.ours));
    if (theirs !== undefined) taken.theirs.push(await timeFirstEvent(theirs, events.theirs));
  }
  const oursMs = Math.round(median(taken.ours));
  if (theirs === undefined) return { oursMs, pythonMs: undefined, ratio: undefined };
  const pythonMs = Math.round(median(taken.theirs));
  return { oursMs, pythonMs, ratio: Math.round((oursMs / pythonMs) * 100) / 100 };
}

async function timeFirstEvent({ command, args, env, cwd }: Program, event: unknown): Promise<number> {
  const began = performance.now();
  const child = spawn(command, [...args, JSON.stringify(event)], {
    cwd,
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ms = await awaitHandled(child, began);
  await once(child, "exit");
  return ms;
}

function awaitHandled(child: ChildProcess, began: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (/^handled$/m.test(said)) resolve(performance.now() - began);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.on("exit", (code) => reject(new Error(`The function exited with code ${code} before it was done:\n${said}`)));
  });
}
