import { createServer } from "node:http";
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { GetHostedZoneCommand, ListHostedZonesByNameCommand, Route53Client } from "@aws-sdk/client-route-53";
import { ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checks } from "#cli/doctor/checks/index.ts";
import { runDoctor, type World } from "#cli/doctor/doctor.ts";
import { openStage } from "#cli/stage.ts";
import type { FleetDefinition } from "#fleet";
import { chatNames } from "#local/doubles/chat-page/index.ts";
import {
  addUnmeasuredAlarm,
  type Break,
  deregister,
  divert,
  failRollout,
  forgetDriver,
  leavePending,
  moveLabelBack,
  shortenLog,
  turnTlsOff,
} from "./cli/break.ts";
import { examinedMap } from "./cli/map.ts";
import { key, type OperatedFleet, openOperatedFleet, topic } from "./cli/operated.ts";
import { surround } from "./cli/operator.ts";
import type { FleetStage } from "./fleet/stage.ts";

const repositoryName = "mcp/workspace";
const { map, workspace, splunk } = examinedMap(`000000000000.dkr.ecr.us-east-1.amazonaws.com/${repositoryName}:latest`);
const hour = 3_600_000;

let operated: OperatedFleet;
let stage: FleetStage;

const push = (imageManifest: string) =>
  new ECRClient(stage.client).send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "latest" }));

beforeAll(async () => {
  operated = await openOperatedFleet(map, async (opened) => {
    stage = opened;
    await new ECRClient(stage.client).send(new CreateRepositoryCommand({ repositoryName }));
    await push('{"layers":["one"]}');
  });
});
afterAll(() => stage.close());

const Doctor = v.object({ results: v.array(v.object({ id: v.string(), verdict: v.string(), evidence: v.string() })) });

interface Visit {
  readonly map?: FleetDefinition;
  readonly env?: Readonly<Record<string, string>>;
  readonly world?: Partial<World>;
  readonly testAlarm?: "wanted" | "declined";
  readonly patienceMs?: number;
}

/** The whole doctor: what it finds, without what is well or could not be looked at. */
async function diagnose(visit: Visit = {}) {
  const { world = {}, testAlarm = "declined", patienceMs } = visit;
  const { surroundings, said } = surround(stage, map, visit);
  const opened = await openStage(surroundings, stage.plan(visit.map ?? map));
  const options = { format: "json", only: undefined, strict: false, testAlarm, patienceMs } as const;
  const code = await runDoctor(opened, options, { resolveNs: undefined, now: Date.now, ...world });
  opened.aws.close();
  const { results } = v.parse(Doctor, JSON.parse(said().out));
  return { code, results, found: results.filter(({ verdict }) => verdict === "failure" || verdict === "warning") };
}

/** As a registrar that was told the zone's own name servers. */
async function ownNameServers(): Promise<readonly string[]> {
  const client = new Route53Client(stage.client);
  const { HostedZones } = await client.send(new ListHostedZonesByNameCommand({ DNSName: "localhost" }));
  const { DelegationSet } = await client.send(new GetHostedZoneCommand({ Id: HostedZones?.[0]?.Id }));
  return DelegationSet?.NameServers ?? [];
}

/** Google's Service Usage API, for a project where only these are enabled. */
async function openServiceUsage(...apis: readonly string[]) {
  const enabled = apis.map((api) => ({ config: { name: `${api}.googleapis.com` } }));
  const server = createServer((request, response) => {
    const known = request.url?.startsWith("/v1/projects/123456789012/services?") === true;
    response.writeHead(known ? 200 : 404).end(JSON.stringify({ services: enabled }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    env: { GOOGLE_ACCESS_TOKEN: "a-token", GOOGLE_SERVICE_USAGE_URL: `http://127.0.0.1:${port}` },
    close: () => server.close(),
  };
}

it("[DNS-1] [CHAT-1] finds nothing in a healthy fleet, whose chats a test alarm reaches", async () => {
  const { code, found, results } = await diagnose({ testAlarm: "wanted", world: { resolveNs: ownNameServers } });
  expect({ code, found }).toEqual({ code: 0, found: [] });
  // Whoever has no Google credential is told so; all else was looked at.
  const skipped = results.filter(({ verdict }) => verdict === "skipped").map(({ id }) => id);
  expect(skipped).toEqual(["google-apis"]);
  expect(results.find(({ id }) => id === "alarm-road")?.evidence).toMatch(
    /^A test alarm reached slack-feed \(Slack webhook\), slack \(Slack bot\), teams .* google-chat .* within \d s/,
  );
  for (const chat of chatNames)
    expect(JSON.stringify(stage.fleet.chats.list(chat))).toContain("Test of the alarm road: nothing is wrong");
});

describe("a fleet that is broken in one place", () => {
  interface Case extends Visit {
    readonly id: string;
    readonly evidence: RegExp;
    readonly break?: Break;
  }
  const rotated = { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 } as const;
  const local = { ...map.stages.local, redis: { nodes: 2 } };
  const cases: readonly Case[] = [
    {
      id: "name-servers",
      evidence: /The registrar names ns1\.parking\.example for localhost/,
      world: { resolveNs: async () => ["ns1.parking.example"] },
    },
    {
      id: "certificate",
      evidence: /certificate for mcp\.localhost is PENDING_VALIDATION/,
      break: async () => {
        stage.cloud.acm.setStatus("mcp.localhost", "PENDING_VALIDATION");
        return async () => stage.cloud.acm.setStatus("mcp.localhost", "ISSUED");
      },
    },
    { id: "targets", evidence: /google_workspace has 0 healthy targets of 1/, break: deregister },
    { id: "drift", evidence: /RetentionInDays is 7, and was deployed as 365/, break: shortenLog },
    {
      id: "drift",
      evidence: /cpu is 256, the map has 512/,
      map: { ...map, services: { [key]: { ...workspace, cpu: 512, memory: 1024 } } },
    },
    {
      id: "placeholders",
      evidence: /\/local\/mcp\/notes has no value for NOTE/,
      break: async ({ put }) => {
        await put("notes", { NOTE: "replace-me", OTHER: "other" });
        return () => put("notes", { NOTE: "one", OTHER: "other" });
      },
    },
    {
      // That of `alarm-road`, and no second one there.
      id: "placeholders",
      evidence: /\/local\/mcp\/chat has no value for SLACK_BOT_TOKEN/,
      testAlarm: "wanted",
      break: async ({ put }) => {
        const { secret } = stage.fleet.chats;
        await put("chat", { ...secret, SLACK_BOT_TOKEN: "xoxb-replace-me" });
        return () => put("chat", secret);
      },
    },
    {
      id: "splunk-keys",
      evidence: /older names of keys: OLD_NAME is SPLUNK_HEC_TOKEN/,
      map: { ...map, secrets: { ...map.secrets, splunk: { ...splunk, aliases: { OLD_NAME: "SPLUNK_HEC_TOKEN" } } } },
    },
    {
      id: "splunk-token",
      evidence: /403/,
      break: async () => {
        stage.fleet.hec.disableToken("fleet");
        return async () => stage.fleet.hec.enableToken("fleet");
      },
    },
    {
      id: "rotation",
      evidence: /rotates every 30 days by the map, and its rotation is off/,
      map: { ...map, secrets: { ...map.secrets, splunk: { ...splunk, rotation: rotated } } },
    },
    {
      id: "pending-labels",
      evidence: /pending for 2 h/,
      world: { now: () => Date.now() + 2 * hour },
      break: leavePending,
    },
    {
      id: "redis",
      evidence: /has 1 nodes of 2/,
      map: { ...map, stages: { ...map.stages, local } },
    },
    {
      id: "alarms",
      evidence: /Alarms are muted: /,
      break: async ({ fleet }) => {
        await fleet(["alarms", "mute", key]);
        return () => fleet(["alarms", "mute", key, "--off"]);
      },
    },
    { id: "alarm-thresholds", evidence: /local-mcp-google-workspace-memory.* placeholders/, break: addUnmeasuredAlarm },
    {
      id: "alarm-road",
      evidence: /did not reach google-chat \(Google Chat\) within .* \(it reached slack-feed .*, slack .*, teams/,
      testAlarm: "wanted",
      patienceMs: 4_000,
      break: async () => {
        stage.fleet.chats.setFault("google-chat", { kind: "error" });
        return async () => stage.fleet.chats.setFault("google-chat", undefined);
      },
    },
    {
      id: "alarm-road",
      evidence: /Nobody is subscribed to .*:MCPAlerts/,
      testAlarm: "wanted",
      break: async () => {
        const sns = new SNSClient(stage.client);
        const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
        const [{ SubscriptionArn, Protocol, Endpoint } = {}] = Subscriptions;
        await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
        return () => sns.send(new SubscribeCommand({ TopicArn: topic, Protocol, Endpoint }));
      },
    },
    {
      id: "oauth-metadata",
      evidence: /\.well-known\/oauth-protected-resource\/mcp is no JSON/,
      break: divert("/.well-known/*", "text/plain"),
    },
    { id: "mcp", evidence: /\/mcp answers, and not as an MCP server/, break: divert("/mcp", "text/html") },
    {
      id: "images",
      evidence: /mcp\/workspace:latest moved 0 s ago/,
      break: async ({ fleet }) => {
        await push('{"layers":["two"]}');
        return () => fleet(["redeploy", key, "--wait"]);
      },
    },
    {
      id: "secret-versions",
      evidence: /older version of \/local\/mcp\/google-oauth, by their dates/,
      break: moveLabelBack,
    },
    { id: "sessions", evidence: /never wrote "Using ValkeyStore"/, break: forgetDriver },
    { id: "deployments", evidence: /google_workspace/, break: failRollout },
  ];

  it.each(cases)("trips $id and nothing else: $evidence", async ({ id, evidence, break: breakIt, ...visit }) => {
    const mend = await breakIt?.(operated);
    try {
      const { found } = await diagnose(visit);
      expect(found.map((finding) => finding.id)).toEqual([id]);
      expect(found[0]?.evidence).toMatch(evidence);
    } finally {
      await mend?.();
    }
  });

  it("trips sessions where TLS to Redis is off, and drift, as somebody made another task definition for it", async () => {
    const mend = await turnTlsOff(operated);
    const { found } = await diagnose();
    await mend();
    expect(found.map(({ id, evidence }) => [id, evidence])).toEqual([
      ["drift", expect.stringMatching(/TaskDefinition is .*:\d+, and was deployed as .*:\d+/)],
      ["sessions", "google_workspace talks to Redis in the clear: REDIS_USE_TLS is not true."],
    ]);
  });

  it("[FIX-6] trips google-apis and nothing else, which lists the tool families whose API is off", async () => {
    const google = await openServiceUsage("gmail", "drive", "calendar-json");
    const { found } = await diagnose(google);
    google.close();
    expect(found).toMatchObject([
      { id: "google-apis", evidence: expect.stringMatching(/^9 of 12 .*docs, sheets, slides, forms, chat, tasks/) },
    ]);
  });

  it("has one of them for every check there is", () => {
    const tripped = new Set([...cases.map(({ id }) => id), "google-apis"]);
    expect([...tripped].sort()).toEqual(checks.map(({ id }) => id).sort());
  });

  it("is well again, once all that is mended", async () => {
    expect(await diagnose()).toMatchObject({ code: 0, found: [] });
  });
});

describe("fleet alarms test", () => {
  it("[ALB-9] [CHAT-1] says in which chats the alarm of a service was posted", async () => {
    const test = await operated.fleet(["alarms", "test", key]);
    expect(test).toMatchObject({
      code: 0,
      out: expect.stringContaining("Posted in slack (Slack bot), slack-feed (Slack webhook), teams (Microsoft Teams)"),
    });
  });
});
