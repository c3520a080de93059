import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { type ChatDoubles, chatNames, type PlaceName, startChatDoubles } from "@mcp-fleet/endpoint/doubles/chat-page";
import { closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { journey } from "@mcp-fleet/testing/journey.ts";
import { needs, pathOf } from "@mcp-fleet/testing/programs.ts";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { type Card, cardOf } from "#chat/card/card.ts";
import { noFindings } from "#chat/card/enrichment.ts";
import { decide } from "#chat/decide/decide.ts";
import { groupOf, noticeGroup } from "#chat/decide/route.ts";
import { withEvidence, withReference } from "#chat/deliver/conversation.ts";
import { speakerOf } from "#chat/deliver/speaker.ts";
import { parse } from "#chat/parse/index.ts";
import { createHttp } from "#chat/receivers/http.ts";
import { receivers } from "#chat/receivers/index.ts";
import type { Conversation } from "#chat/receivers/receiver.ts";
import { Secret } from "#chat/receivers/secret.ts";
import { emptyRecord, type GroupRecord } from "#chat/record/record.ts";
import { carry } from "#chat/road.ts";
import type { ChatSettings } from "#chat/settings.ts";
import { alarm, busEvent } from "../fixture/arrivals.ts";
import { createIncidentMemory } from "../fixture/incident-memory.ts";

/** `CHAT_PICTURES=docs/images` makes the pictures of docs/alarms.md. */
const pictures = process.env.CHAT_PICTURES;

const at = Date.parse("2026-09-23T20:02:00Z");
const place = {
  stage: "prod",
  region: "us-east-1",
  account: "573946584375",
  runbookUrl: "https://github.com/example/mcp-fleet/blob/main",
  consoleUrl: "http://127.0.0.1:8091",
  buttons: true,
};
/** Whom each chat calls, in its own ids. */
const called: Readonly<Record<PlaceName, readonly string[]>> = {
  "slack-bot": ["S0ONCALL01"],
  "slack-webhook": ["here"],
  teams: ["on-call@example.com"],
  "google-chat": ["users/all"],
};
const findings = {
  facts: [
    { name: "Targets", value: "0 of 2 healthy; unhealthy (Target.FailedHealthChecks)" },
    { name: "Last deployment", value: "⚠️ 4 min before it, completed, 2 of 2 tasks run" },
  ],
  errorLines: [
    "2026-09-23T20:01:12Z ERROR upstream answered 401 <invalid_grant>",
    "2026-09-23T20:01:14Z ERROR refresh failed, client_secret=GOCSPX-abcdefghijkl",
  ],
  history: {
    label: "HealthyHostCount Minimum, the last 1 h",
    values: [...Array.from({ length: 20 }, () => 2), undefined, undefined, 2, 2, 2, 2, 1, 1, 0, 0],
  },
};

describe("the page of the chats", needs("chromium"), () => {
  let chats: ChatDoubles;
  let browser: Browser;
  const door = createServer();
  const http = createHttp();

  beforeAll(async () => {
    chats = await startChatDoubles();
    const port = await listenOnLoopback(door);
    chats.registerRequestUrl(async () => `http://127.0.0.1:${port}/`);
    browser = await chromium.launch({ executablePath: pathOf("chromium") ?? "", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser.close();
    await closeServer(door);
    await chats.stop();
  });

  const addresses: Readonly<Record<PlaceName, string>> = {
    "slack-bot": "SLACK_BOT_TOKEN",
    "slack-webhook": "SLACK_WEBHOOK_URL",
    teams: "TEAMS_WEBHOOK_URL",
    "google-chat": "GOOGLE_CHAT_WEBHOOK_URL",
  };

  /** Says it everywhere; what the bot answered is the reference of the conversation. */
  async function say(card: Card, manner: Conversation["manner"], reference?: string): Promise<string | undefined> {
    let said: string | undefined;
    for (const name of chatNames) {
      const conversation: Conversation = {
        manner,
        broadcast: false,
        reference: name === "slack-bot" ? reference : undefined,
        key: "google_workspace-1",
        id: randomUUID(),
      };
      const secret = new Secret(chats.secret[addresses[name]] ?? "");
      const address = { secret, channel: "C0MCPALERTS", api: chats.secret.SLACK_API_URL ?? "" };
      const mention = manner === "begin" && card.tone === "critical" ? called[name] : [];
      const delivery = await receivers[name].deliver({ ...card, mention }, conversation, address, http);
      if (delivery.kind !== "accepted") throw new Error(`${name}: ${delivery.reason}`);
      if (name === "slack-bot") said = delivery.reference;
    }
    return said;
  }

  /** Reads and decides what arrives, and says it everywhere. */
  async function tell(body: string, when: number, record: GroupRecord, reference?: string) {
    const parsed = parse(body, when);
    if (parsed.kind !== "incident") throw new Error(`Read as ${parsed.kind}.`);
    const policy = {
      now: when,
      repeatAfterMs: 1e9,
      isMuted: () => false,
      endingOf: () => undefined,
      isRouted: () => true,
    };
    const { message, next } = decide(record, [parsed.incident], policy);
    if (message === undefined) throw new Error("Nothing to say.");
    const seen = parsed.incident.phase === "firing" ? findings : noFindings;
    const group = groupOf(parsed.incident);
    const card = cardOf(message, group === noticeGroup ? "" : group, seen, place, when);
    const manner = parsed.incident.phase === "resolved" ? "rewrite" : "begin";
    const said = await say(card, manner, reference);
    const told = withReference(withEvidence(next, message, card), { manner }, said);
    return { next: { ...told, version: record.version + 1 }, reference: said };
  }

  /** Somebody has it, and says so everywhere. */
  async function acknowledge(record: GroupRecord, when: number, reference: string | undefined): Promise<GroupRecord> {
    const policy = {
      now: when,
      repeatAfterMs: 1e9,
      acknowledgement: { group: "google_workspace", by: "Ada", at: when, seenAt: when },
      isMuted: () => false,
      endingOf: () => undefined,
      isRouted: () => true,
    };
    const { message, next } = decide(record, [], policy);
    if (message === undefined) throw new Error("Nothing to say.");
    await say(cardOf(message, "google_workspace", noFindings, place, when), "rewrite", reference);
    return { ...next, version: record.version + 1 };
  }

  const follow = async () => {
    const page = await browser.newPage({ viewport: { width: 1640, height: 900 } });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(chats.url);
    const { next, reference } = await tell(alarm("google-workspace", "ALARM", at).body, at, emptyRecord);
    for (const name of chatNames) {
      const column = page.locator(`section.${name}`);
      await column.locator("article").first().waitFor();
      const text = await column.innerText();
      for (const part of [
        "google_workspace: Healthy tasks: 0, below 1",
        "0 of 2 healthy",
        "4 min before it",
        "<invalid_grant>",
      ]) {
        expect(text, name).toContain(part);
      }
      expect(text, name).not.toContain("GOCSPX-abcdefghijkl");
    }
    if (pictures !== undefined) {
      await mkdir(pictures, { recursive: true });
      for (const name of chatNames)
        await page.locator(`section.${name}`).screenshot({ path: join(pictures, `alarm-${name}.png`) });
    }
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const taken = at + 3 * 60_000;
    const held = await acknowledge(next, taken, reference);
    for (const name of chatNames)
      await page.locator(`section.${name}`).getByText("Ada has it: google_workspace").first().waitFor();
    if (pictures !== undefined)
      for (const name of ["slack-bot", "teams"] as const)
        await page.locator(`section.${name}`).screenshot({ path: join(pictures, `acknowledged-${name}.png`) });
    const { promise: pressed, resolve } = Promise.withResolvers<unknown>();
    door.once("request", ({ headers }, response) => {
      resolve(headers["x-slack-signature"]);
      response.end();
    });
    await page.locator("section.slack-bot article").first().getByRole("button", { name: "Silence for 1 h" }).click();
    expect(await pressed).toMatch(/^v0=[0-9a-f]{64}$/);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const over = at + 12 * 60_000;
    await tell(alarm("google-workspace", "OK", over).body, over, held, reference);
    for (const name of chatNames) {
      await page.locator(`section.${name}`).getByText("Recovered: google_workspace").first().waitFor();
    }
    // The first message has the new headline and what it showed before; the answer notifies whoever follows it.
    expect(await page.locator("section.slack-bot article:not(.whisper)").count()).toBe(3);
    expect(await page.locator("section.slack-bot .edited").count()).toBe(1);
    expect(await page.locator("section.slack-bot article").first().innerText()).toContain("<invalid_grant>");
    expect(await page.locator("section.google-chat article.reply").count()).toBe(2);
    if (pictures !== undefined) {
      for (const name of chatNames)
        await page.locator(`section.${name}`).screenshot({ path: join(pictures, `recovered-${name}.png`) });
    }
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(errors).toEqual([]);
  };

  const asm =
    "unable to pull secrets or registry auth: unable to retrieve secret from asm: service call has been retried 5 time(s)";
  const task = {
    taskArn: "arn:aws:ecs:us-east-1:573946584375:task/prod-mcp-cluster/0a1b2c3d",
    group: "service:prod-mcp-wiki",
    lastStatus: "STOPPED",
    stopCode: "TaskFailedToStart",
    stoppedReason: `ResourceInitializationError: ${asm}: secret arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbCdEf did not contain json key SPLUNK_HEC_TOKEN`,
    containers: [],
  };
  const published = (Message: string | object, Subject: string) =>
    JSON.stringify({
      Type: "Notification",
      Subject,
      Message: typeof Message === "string" ? Message : JSON.stringify(Message),
    });
  const foreign = {
    AlarmName: "orders-db-connections",
    AlarmArn: "arn:aws:cloudwatch:eu-west-1:210987654321:alarm:orders-db-connections",
    AlarmDescription: "Connections to the database of orders. Ask the payments team before restarting it.",
    AWSAccountId: "210987654321",
    NewStateValue: "ALARM",
    OldStateValue: "OK",
    NewStateReason:
      "Threshold Crossed: 3 out of the last 5 datapoints [412.0 (23/09/26 20:01:00)] were greater than the threshold (400.0).",
    Trigger: {
      MetricName: "DatabaseConnections",
      Namespace: "AWS/RDS",
      Statistic: "AVERAGE",
      Dimensions: [{ name: "DBInstanceIdentifier", value: "orders" }],
      Period: 60,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
      ComparisonOperator: "GreaterThanThreshold",
      Threshold: 400,
    },
  };
  const job = {
    "detail-type": "Glue Job State Change",
    source: "aws.glue",
    account: "573946584375",
    region: "us-east-1",
    detail: { jobName: "nightly-import", state: "FAILED", message: "Command failed with exit code 1" },
  };
  const backup = published(
    "An AWS Backup job failed. Resource ARN: arn:aws:rds:us-east-1:573946584375:db:wiki.",
    "Notification from AWS Backup",
  );

  const cards: readonly (readonly [
    picture: string,
    chat: PlaceName,
    bodies: readonly string[],
    shows: readonly string[],
  ])[] = [
    [
      "foreign-alarm",
      "slack-bot",
      [published(foreign, "ALARM")],
      ["above 400 in 3 of 5 min", "Ask the payments team", "DBInstanceIdentifier=orders", "210987654321, eu-west-1"],
    ],
    [
      "failed-task",
      "teams",
      [busEvent("ECS Task State Change", "aws.ecs", task)],
      ["wiki: A task failed to start: the secret splunk has no key SPLUNK_HEC_TOKEN"],
    ],
    [
      "notices",
      "slack-webhook",
      [JSON.stringify(job), backup],
      ["Glue Job nightly-import: FAILED", "Command failed with exit code 1", "db:wiki"],
    ],
    [
      "storm",
      "google-chat",
      ["wiki", "shop", "mail", "docs", "crm", "hr", "bi"].map(
        (service) =>
          alarm(service, "ALARM", at, { metric: service === "mail" ? "HealthyHostCount" : "TargetResponseTime" }).body,
      ),
      ["Storm: 7 services in alarm, 1 down: mail"],
    ],
  ];

  const show = async ([picture, chat, bodies, shows]: (typeof cards)[number]) => {
    const fresh = await startChatDoubles();
    const page = await browser.newPage({ viewport: { width: 1640, height: 900 } });
    try {
      const memory = createIncidentMemory();
      const settings = {
        ...place,
        destinations: { [chat]: destinationOf(chat) },
        routes: [{ to: [chat] }],
        mutes: [],
        repeatAfterHours: 4,
      };
      const secret = new Secret(fresh.secret[addresses[chat]] ?? "");
      const address = { secret, channel: "C0MCPALERTS", api: fresh.secret.SLACK_API_URL ?? "" };
      const speakers = new Map([[chat, speakerOf(receivers[chat], address, http)]]);
      const ports = {
        store: memory,
        clock: { now: () => at + 5_000, sleep: async () => {} },
        log: () => {},
        speakers: async () => speakers,
        serviceOf: async () => undefined,
        standing: async () => new Map(),
        look: async () => noFindings,
      };
      const messages = bodies.map((body, index) => ({ id: String(index), body, sentAt: at, receiveCount: 1 }));
      expect(await carry(messages, settings, ports, at + 60_000)).toEqual([]);
      await page.goto(fresh.url);
      const column = page.locator(`section.${chat}`);
      await column.locator("article").first().waitFor();
      const text = await column.innerText();
      for (const part of shows) expect(text).toContain(part);
      if (pictures !== undefined) await column.screenshot({ path: join(pictures, `${picture}.png`) });
    } finally {
      await page.close();
      await fresh.stop();
    }
  };

  journey(
    "[CHAT-1] [CHAT-2] [CHAT-7] [CHAT-10] [CHAT-11] [CHAT-14] shows as people see it",
    {},
    {
      "an alarm in each chat, and follows to its end": follow,
      ...Object.fromEntries(cards.map((card) => [`what others report: ${card[0]}`, () => show(card)])),
    },
  );

  function destinationOf(chat: PlaceName): ChatSettings["destinations"][string] {
    return chat === "slack-bot"
      ? { receiver: chat, key: addresses[chat], channel: "C0MCPALERTS" }
      : { receiver: chat, key: addresses[chat] };
  }
});
