import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { names } from "#fleet";
import { echo, googleWorkspace, mapOf } from "./maps.ts";
import { type FleetStage, openStage } from "./stage.ts";

const program = fileURLToPath(new URL("./echo.ts", import.meta.url));
/** A token on which the service `fragile` ends before it listens. */
export const crashing = "deadbeef-0000-4000-8000-000000000001";
const crash = `if (process.env.SPLUNK_HEC_TOKEN === "${crashing}") process.exit(1); process.argv[1] = "echo"; await import(${JSON.stringify(program)});`;

const map = mapOf({
  google_workspace: googleWorkspace(),
  // The real server, without a login: each call of a tool is an event of the audit trail.
  tools: echo("tools", {
    audit: { source: "mcp-tools" },
    environment: { MCP_LOGIN: "none" },
    local: { command: ["node", "packages/starter/main.ts"] },
  }),
  fragile: echo("fragile", {
    audit: { source: "mcp-fragile" },
    local: { command: [process.execPath, "--input-type=module", "-e", crash, "fragile"] },
  }),
  bystander: echo("bystander"),
});

export const splunk = "/local/mcp/splunk";
export const Value = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

export type RotationStage = Awaited<ReturnType<typeof openRotationStage>>;

/** A deployed fleet with the doubles' credentials, settled, and what is asked of its Splunk secret. */
export async function openRotationStage() {
  const stage = await openStage(map);
  const secrets = new SecretsManagerClient(stage.client);
  const ecs = new ECSClient(stage.client);
  const logs = new CloudWatchLogsClient(stage.client);
  /** Every token that was current, or put. */
  const tokens = new Set<string>([crashing]);

  const logLines = async (logGroupName: string): Promise<readonly string[]> => {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
    return events.map(({ message = "" }) => message);
  };
  const functionLog = async () => {
    const groups = ["rotate-secret", "settle-secret"].map((name) => `/aws/lambda/local-mcp-${name}`);
    return (await Promise.all(groups.map(logLines))).flat().slice(-40).join("\n");
  };
  const until = async (what: string, reached: () => Promise<boolean>, withinMs = 60_000): Promise<void> => {
    const deadline = Date.now() + withinMs;
    while (!(await reached())) {
      if (Date.now() > deadline) {
        throw new Error(`After ${withinMs / 1000} s it is not so that ${what}.\n${await functionLog()}`);
      }
      await sleep(100);
    }
  };
  const describe = () => secrets.send(new DescribeSecretCommand({ SecretId: splunk }));
  const value = async (): Promise<Readonly<Record<string, string>>> => {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: splunk }));
    return v.parse(Value, SecretString);
  };
  const put = async (SecretId: string, next: Readonly<Record<string, string>>): Promise<void> => {
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(next) }));
  };
  const credentials = stage.fleet.credentialsFor(stage.plan(map));
  const made = {
    stage,
    credentials,
    secrets,
    tokens,
    logLines,
    functionLog,
    until,
    describe,
    value,
    put,
    async token(): Promise<string> {
      const token = (await value()).SPLUNK_HEC_TOKEN ?? "";
      if (token !== "") tokens.add(token);
      return token;
    },
    async versionOf(label: string): Promise<string | undefined> {
      const { VersionIdsToStages = {} } = await describe();
      return Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes(label))?.[0];
    },
    settled: () =>
      until("the secret is settled", async () => {
        const { VersionIdsToStages = {}, Tags = [] } = await describe();
        const current = Object.values(VersionIdsToStages).find((stages) => stages.includes("AWSCURRENT"));
        return current?.includes("settled") === true && !Tags.some(({ Key }) => Key === "mcp-fleet:settling");
      }),
    async deploymentOf(key: string): Promise<string | undefined> {
      const query = { cluster: names.cluster("local"), services: [names.service("local", key)] };
      const { services = [] } = await ecs.send(new DescribeServicesCommand(query));
      return services[0]?.deployments?.find(({ status }) => status === "PRIMARY")?.id;
    },
    auditEvents: () => stage.fleet.hec.search({ source: "mcp-tools" }).length,
    close: () => stage.close(),
  };
  try {
    await stage.deploy(map);
    for (const [key, values] of Object.entries(credentials)) await put(`/local/mcp/${key}`, values);
    await until(
      "the credentials are current",
      async () => (await made.token()) === credentials.splunk?.SPLUNK_HEC_TOKEN,
    );
    await made.settled();
  } catch (error) {
    await stage.close();
    throw error;
  }
  return made;
}

/** Calls of a tool through the balancer at a steady rate, whatever becomes of those before. */
export function startToolCalls(stage: FleetStage, perSecond: number) {
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
    /** Stops sending, and waits for every answer. */
    async stop() {
      clearInterval(timer);
      await Promise.all(answers);
      return { sent: answers.length, failures };
    },
  };
}

export interface RotationFigures {
  /** From the new value being current to the old one revoked, with every consumer on the new one. */
  readonly settleMs: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly lostAuditEvents: number;
}

/** Rotates the Splunk token while tools are called, and counts what it cost. `rotate` asks Secrets Manager to. */
export async function rotateUnderLoad(
  { stage, token, until, settled, auditEvents }: RotationStage,
  perSecond: number,
  rotate: () => Promise<unknown>,
): Promise<RotationFigures & { readonly failures: readonly string[] }> {
  const [before, known] = [await token(), auditEvents()];
  const calls = startToolCalls(stage, perSecond);
  await sleep(1_000);
  await rotate();
  await until("a new token is current", async () => (await token()) !== before);
  const promotedAt = performance.now();
  await settled();
  const settleMs = Math.round(performance.now() - promotedAt);
  const { sent, failures } = await calls.stop();
  const all = until("every call has its event", async () => auditEvents() - known >= sent, 15_000);
  await all.catch(() => undefined);
  const lostAuditEvents = sent - (auditEvents() - known);
  return { settleMs, requests: sent, failedRequests: failures.length, lostAuditEvents, failures };
}
