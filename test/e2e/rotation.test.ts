import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { names, type ServiceDefinition } from "#fleet";
import { hasAwsCli } from "../unit/local/endpoint/aws-cli.ts";
import { echo, googleWorkspace, mapOf } from "./fleet/maps.ts";
import { type FleetStage, openStage } from "./fleet/stage.ts";

const program = fileURLToPath(new URL("./fleet/echo.ts", import.meta.url));
/** A token on which the service `fragile` ends before it listens. */
const crashing = "deadbeef-0000-4000-8000-000000000001";
const crash = `if (process.env.SPLUNK_HEC_TOKEN === "${crashing}") process.exit(1); process.argv[1] = "echo"; await import(${JSON.stringify(program)});`;

const audited = (host: string, fields: Partial<ServiceDefinition> = {}): ServiceDefinition =>
  echo(host, { audit: { source: `mcp-${host}` }, ...fields });

const map = mapOf({
  google_workspace: googleWorkspace(),
  // The real server, without a login: each call of a tool is an event of the audit trail.
  tools: audited("tools", {
    environment: { MCP_LOGIN: "none" },
    local: { command: ["node", "packages/starter/main.ts"] },
  }),
  fragile: audited("fragile", {
    local: { command: [process.execPath, "--input-type=module", "-e", crash, "fragile"] },
  }),
  bystander: echo("bystander"),
});

const Value = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));
const splunk = "/local/mcp/splunk";

let stage: FleetStage;
let secrets: SecretsManagerClient;
let ecs: ECSClient;
/** Every token that was ever valid, or put. */
const tokens = new Set<string>([crashing]);

beforeAll(async () => {
  stage = await openStage(map);
  secrets = new SecretsManagerClient(stage.client);
  ecs = new ECSClient(stage.client);
  await stage.deploy(map);
  for (const [key, value] of Object.entries(stage.fleet.credentials)) {
    await put(`/local/mcp/${key}`, value);
  }
  await until(
    "the first credentials are settled",
    async () => (await labels("settled")) === (await labels("AWSCURRENT")),
  );
});
afterAll(() => stage.close());

async function put(SecretId: string, value: Readonly<Record<string, string>>): Promise<void> {
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
}

async function until(what: string, reached: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await reached())) {
    if (Date.now() > deadline)
      throw new Error(`After ${withinMs / 1000} s it is not so that ${what}.\n${await lastLines()}`);
    await sleep(100);
  }
}

async function lastLines(): Promise<string> {
  const lines = await logLines("/aws/lambda/local-mcp-settle-secret");
  return [...(await logLines("/aws/lambda/local-mcp-rotate-secret")), ...lines].slice(-40).join("\n");
}

async function logLines(logGroupName: string): Promise<readonly string[]> {
  const logs = new CloudWatchLogsClient(stage.client);
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  return events.map(({ message = "" }) => message);
}

async function describeSecret() {
  return secrets.send(new DescribeSecretCommand({ SecretId: splunk }));
}

/** The version with a label, once nothing is being settled. */
async function labels(label: string): Promise<string | undefined> {
  const { VersionIdsToStages = {}, Tags = [] } = await describeSecret();
  if (Tags.some(({ Key }) => Key === "mcp-fleet:settling")) return `${label} is being settled`;
  return Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes(label))?.[0];
}

async function currentToken(): Promise<string> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: splunk }));
  const token = v.parse(Value, SecretString).SPLUNK_HEC_TOKEN ?? "";
  tokens.add(token);
  return token;
}

async function deploymentOf(key: string): Promise<string | undefined> {
  const query = { cluster: names.cluster("local"), services: [names.service("local", key)] };
  const { services = [] } = await ecs.send(new DescribeServicesCommand(query));
  return services[0]?.deployments?.find(({ status }) => status === "PRIMARY")?.id;
}

/** Calls of a tool at a steady rate, whatever becomes of those before. */
function startCalls(perSecond: number) {
  const failures: string[] = [];
  const answers: Promise<void>[] = [];
  const call = async (id: number) => {
    try {
      const response = await stage.fetch(stage.url("tools", "/mcp"), {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id,
          method: "tools/call",
          params: { name: "add", arguments: { a: id, b: 1 } },
        }),
      });
      const text = await response.text();
      if (!response.ok || !text.includes(String(id + 1))) failures.push(`${response.status} ${text.slice(0, 200)}`);
    } catch (error) {
      failures.push(error instanceof Error ? `${error.message} ${error.cause ?? ""}` : String(error));
    }
  };
  const timer = setInterval(() => void answers.push(call(answers.length)), 1_000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(answers);
      return { sent: answers.length, failures };
    },
  };
}

describe("secrets of a deployed fleet", () => {
  it("[ROT-2] a value put by hand rolls the services that use it, and no other", async () => {
    const before = { tools: await deploymentOf("tools"), bystander: await deploymentOf("bystander") };
    const { hec } = stage.fleet;
    const fresh = hec.createToken({ name: "fresh", indexes: ["mcp_audit"] });
    const old = await currentToken();
    await put(splunk, { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: fresh.token });
    await until("the old token is gone", async () => !hec.listTokens().some(({ token }) => token === old));
    await until("it is settled", async () => (await labels("settled")) === (await labels("AWSCURRENT")));
    expect(await currentToken()).toBe(fresh.token);
    expect(await deploymentOf("tools")).not.toBe(before.tools);
    expect(await deploymentOf("bystander")).toBe(before.bystander);
  });

  it("[ROT-1] [ROT-3] [ROT-4] rotates under 50 requests a second: none fails, and no audit event is lost", async () => {
    const { hec } = stage.fleet;
    const before = await currentToken();
    const known = hec.search({ source: "mcp-tools" }).length;
    const calls = startCalls(50);
    await sleep(1_000);
    if (hasAwsCli) {
      const { AWS_PAGER, PATH = "" } = process.env;
      await promisify(execFile)("aws", ["secretsmanager", "rotate-secret", "--secret-id", splunk], {
        env: {
          PATH,
          AWS_PAGER: AWS_PAGER ?? "",
          AWS_ENDPOINT_URL: stage.cloud.place.endpointUrl,
          AWS_DEFAULT_REGION: "us-east-1",
          AWS_ACCESS_KEY_ID: "operator",
          AWS_SECRET_ACCESS_KEY: "operator",
        },
      });
    } else {
      await secrets.send(new RotateSecretCommand({ SecretId: splunk }));
    }
    await until("a new token is current", async () => (await currentToken()) !== before);
    const promotedAt = Date.now();
    await until("it is settled", async () => (await labels("settled")) === (await labels("AWSCURRENT")));
    const settleMs = Date.now() - promotedAt;
    const { sent, failures } = await calls.stop();
    const token = await currentToken();
    expect(failures).toEqual([]);
    await until(
      "every call has its event",
      async () => hec.search({ source: "mcp-tools" }).length - known >= sent,
      15_000,
    );
    expect(hec.search({ source: "mcp-tools" }).length - known).toBe(sent);
    expect(hec.listTokens().map((one) => one.token)).toEqual([token]);
    process.stdout.write(
      `rotation: ${JSON.stringify({ settleMs, requests: sent, failedRequests: 0, lostAuditEvents: 0 })}\n`,
    );
  });

  it("[ROT-5] puts the last good value back when a service crashes on the new one, and marks the bad version", async () => {
    const { hec } = stage.fleet;
    const good = await currentToken();
    hec.createToken({ name: "crashing", token: crashing, indexes: ["mcp_audit"] });
    await put(splunk, { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: crashing });
    const { VersionIdsToStages = {} } = await describeSecret();
    const bad = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT"))?.[0];
    await until("the good token is back", async () => (await currentToken()) === good, 110_000);
    await until("it is settled", async () => (await labels("settled")) === (await labels("AWSCURRENT")));
    expect((await describeSecret()).VersionIdsToStages?.[bad ?? ""]).toContain(`rejected-${bad}`);
    expect(hec.listTokens().map(({ token }) => token)).toEqual([good]);
    const response = await stage.fetch(stage.url("fragile", "/environment?name=SPLUNK_HEC_TOKEN"));
    expect(await response.text()).toBe(good);
    expect(await lastLines()).toContain('"outcome":"restored"');
  });

  it("[ALN-1] [FIX-3] rewrites keys under their old names when a person puts them", async () => {
    const { hec } = stage.fleet;
    const fresh = hec.createToken({ name: "legacy", indexes: ["mcp_audit"] });
    tokens.add(fresh.token);
    await put(splunk, { endpoint: `${hec.url}/services/collector/event`, token: fresh.token });
    await until("the keys have their names", async () => {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: splunk }));
      return v.parse(Value, SecretString).SPLUNK_HEC_TOKEN === fresh.token;
    });
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: splunk }));
    expect(v.parse(Value, SecretString)).toEqual({ SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: fresh.token });
    await until("it is settled", async () => (await labels("settled")) === (await labels("AWSCURRENT")));
  });

  it("[SEC-5] shows no token in any log line, tag, label or line of the endpoint", async () => {
    const logs = new CloudWatchLogsClient(stage.client);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const lines = await Promise.all(logGroups.map(({ logGroupName = "" }) => logLines(logGroupName)));
    const { Versions = [] } = await secrets.send(
      new ListSecretVersionIdsCommand({ SecretId: splunk, IncludeDeprecated: true }),
    );
    const said = [...stage.log, ...lines.flat(), JSON.stringify(await describeSecret()), JSON.stringify(Versions)].join(
      "\n",
    );
    expect(said).toContain("settled");
    expect(tokens.size).toBeGreaterThan(3);
    for (const secret of [...tokens, stage.fleet.credentials["splunk-admin"]?.SPLUNK_ADMIN_TOKEN ?? ""]) {
      expect(said).not.toContain(secret);
    }
  });
});
