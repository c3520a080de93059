import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { type ChatDoubles, chatNames, pagerNames, startChatDoubles } from "@mcp-fleet/endpoint/doubles/chat-page";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Card } from "#chat/card/card.ts";
import type { Delivery } from "#chat/receivers/delivery.ts";
import { createHttp } from "#chat/receivers/http.ts";
import { type ReceiverName as AnyReceiver, receivers } from "#chat/receivers/index.ts";
import type { Address, Conversation } from "#chat/receivers/receiver.ts";
import { Secret } from "#chat/receivers/secret.ts";

/** Mail has no vendor's API of its own: email.test.ts. */
type ReceiverName = Exclude<AnyReceiver, "email">;

let chats: ChatDoubles;
const http = createHttp(250);
const names: readonly ReceiverName[] = [...chatNames, ...pagerNames];

const keys: Readonly<Record<ReceiverName, string>> = {
  "slack-webhook": "SLACK_WEBHOOK_URL",
  "slack-bot": "SLACK_BOT_TOKEN",
  teams: "TEAMS_WEBHOOK_URL",
  "google-chat": "GOOGLE_CHAT_WEBHOOK_URL",
  pagerduty: "PAGERDUTY_ROUTING_KEY",
  opsgenie: "OPSGENIE_API_KEY",
  webhook: "ALARM_WEBHOOK_URL",
};
const apis: Readonly<Partial<Record<ReceiverName, string>>> = {
  "slack-bot": "SLACK_API_URL",
  pagerduty: "PAGERDUTY_API_URL",
  opsgenie: "OPSGENIE_API_URL",
};

beforeAll(async () => {
  chats = await startChatDoubles();
});
afterEach(() => {
  for (const name of names) chats.setFault(name, undefined);
});
afterAll(() => chats.stop());

function addressOf(name: ReceiverName): Address {
  const secret = new Secret(chats.secret[keys[name]] ?? "");
  const signing = new Secret(chats.secret.ALARM_WEBHOOK_SIGNING_KEY ?? "");
  return { secret, channel: "C0MCPALERTS", signing, api: chats.secret[apis[name] ?? ""] ?? "" };
}

const begin = { manner: "begin", broadcast: true, reference: undefined, key: "google_workspace-1" } as const;
const card: Card = {
  tone: "critical",
  title: "google_workspace: Healthy tasks: 0, below 1 for 1 min",
  status: ["Ongoing since 20:02 UTC"],
  lines: [{ tone: "critical", text: ["Healthy tasks: 0 <under> 1 & falling"] }],
  unlisted: 0,
  facts: [{ name: "Targets", value: "0 of 1 healthy" }],
  chart: { label: "HealthyHostCount Minimum, the last 1 h", line: "███▁" },
  log: ["ERROR cannot listen"],
  links: [{ label: "Alarm", url: "https://us-east-1.console.aws.amazon.com/cloudwatch/home" }],
  footer: "prod · us-east-1 · runbook: docs/runbook.md#healthyhosts",
  fallback: "🔴 google_workspace: no healthy task",
  runbook: undefined,
  lasting: true,
  mention: [],
};
type Told = Omit<Conversation, "id"> & { readonly id?: string };
const say = (name: ReceiverName, version: Card = card, conversation: Told = begin) =>
  receivers[name].deliver(version, { id: randomUUID(), ...conversation }, addressOf(name), http);

/** The double allows a message a second, as Slack does. */
async function accepted(name: ReceiverName, version: Card = card, conversation: Told = begin): Promise<Delivery> {
  const delivery = await say(name, version, conversation);
  if (delivery.kind !== "retry" || delivery.afterMs === undefined) return delivery;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return accepted(name, version, conversation);
}

describe.each(names)("the receiver %s", (name) => {
  it("[CHAT-1] posts a card that its chat takes and shows", async () => {
    const before = chats.list(name).length;
    expect(await accepted(name)).toMatchObject({ kind: "accepted" });
    const posted = chats.list(name).slice(before);
    expect(posted).toHaveLength(1);
    for (const part of ["Healthy tasks: 0", "0 of 1 healthy", "cannot listen", "docs/runbook.md#healthyhosts"]) {
      expect(JSON.stringify(posted)).toContain(part);
    }
  });

  it("[CHAT-3] comes back later when it is throttled, after as long as the chat says", async () => {
    chats.setFault(name, { kind: "throttle", retryAfterSeconds: 7 });
    expect(await say(name)).toMatchObject({ kind: "retry", afterMs: 7_000 });
    chats.setFault(name, { kind: "throttle" });
    const delivery = await say(name);
    expect(delivery.kind).toBe("retry");
    expect(delivery).not.toHaveProperty("afterMs");
  });

  it.each(["error", "stall", "refuse", "swallow"] as const)("[CHAT-13] was perhaps heard on: %s", async (kind) => {
    chats.setFault(name, { kind });
    expect(await say(name)).toMatchObject({ kind: "unknown" });
  });

  it("[CHAT-3] comes back later where something else answers", async () => {
    chats.setFault(name, { kind: "lie" });
    expect((await say(name)).kind).toMatch(/^(?:retry|unknown)$/);
  });

  it("[CHAT-13] is asked whether its chat works, and posts nothing", async () => {
    const before = chats.list(name).length;
    const isAnswering = () => receivers[name].isAnswering(addressOf(name), http);
    expect(await isAnswering()).toBe(true);
    for (const kind of ["error", "stall", "refuse", "throttle"] as const) {
      chats.setFault(name, { kind });
      expect([kind, await isAnswering()]).toEqual([kind, false]);
    }
    expect(chats.list(name)).toHaveLength(before);
  });

  it("[CHAT-3] comes back later when nothing listens", async () => {
    const gone = await startChatDoubles();
    await gone.stop();
    const secret = new Secret(`${gone.url}/services/x`);
    const delivery = await receivers[name].deliver(
      card,
      { ...begin, id: randomUUID() },
      { secret, signing: secret, channel: "C0", api: `${gone.url}/api` },
      http,
    );
    expect(delivery).toEqual({ kind: "retry", reason: "ECONNREFUSED" });
  });

  it("[CHAT-3] says so when the webhook was revoked", async () => {
    chats.setFault(name, { kind: "forbid" });
    const delivery = await say(name);
    expect(delivery).toMatchObject({
      kind: "refused",
      reason: expect.stringMatching(/no_service|account_inactive|Workflow|NOT_FOUND|HTTP 40[0-4]/),
    });
  });

  it("[CHAT-3] shortens a card that is too long, and keeps what is wrong", async () => {
    const lines = Array.from({ length: 400 }, (_, index) => ({
      tone: "warning" as const,
      text: [`line ${index} ${"é".repeat(150)}`],
    }));
    const long = { ...card, lines, log: Array.from({ length: 6 }, () => "x".repeat(5_000)), title: "t".repeat(400) };
    const { dropped } = chats;
    expect(await accepted(name, long)).toMatchObject({ kind: "accepted" });
    expect(chats.dropped).toBe(dropped);
    expect(JSON.stringify(chats.list(name).at(-1)?.payload)).toMatch(/line 0.*(?:and \d+ more|"unlisted":\d+)/s);
  });

  it("[SEC-5] lets no address and no token into what it says", async () => {
    const address = addressOf(name);
    const said = [];
    for (const kind of ["error", "stall", "refuse", "lie", "forbid"] as const) {
      chats.setFault(name, { kind });
      said.push(await say(name));
    }
    const text = `${JSON.stringify(said)} ${inspect(address)} ${JSON.stringify(address)} ${address.secret}`;
    const secrets = Object.entries(chats.secret).flatMap(([key, value]) => (key.endsWith("_API_URL") ? [] : [value]));
    for (const secret of secrets) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(new URL(secret, "http://x").searchParams.get("token") ?? secret);
    }
  });
});

describe("conversations", () => {
  it("[CHAT-2] Slack's bot answers in the thread, and rewrites the first message at the end", async () => {
    const first = await accepted("slack-bot");
    if (first.kind !== "accepted") throw new Error("The first message was not accepted.");
    const { reference } = first;
    await accepted("slack-bot", card, { ...begin, manner: "reply", reference });
    // A channel takes a message a second.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await accepted("slack-bot", { ...card, title: "recovered" }, { ...begin, manner: "rewrite", reference });
    const thread = chats.list("slack-bot").filter((message) => message.thread === reference);
    expect(thread.map(({ reply, edits }) => ({ reply, edits }))).toEqual([
      { reply: false, edits: 1 },
      { reply: true, edits: 0 },
      // An edit notifies nobody.
      { reply: true, edits: 0 },
    ]);
  });

  it("[CHAT-2] Slack's bot answers where the first message cannot be rewritten any more", async () => {
    const before = chats.list("slack-bot").length;
    const conversation = { ...begin, manner: "rewrite" as const, reference: "1.000" };
    expect(await accepted("slack-bot", card, conversation)).toEqual({ kind: "accepted", reference: "1.000" });
    expect(chats.list("slack-bot").slice(before)).toMatchObject([{ thread: "1.000", reply: true }]);
  });

  it.each(["slack-webhook", "teams"] as const)(
    "%s, which cannot, is told nothing of an end that is not news",
    async (name) => {
      const before = chats.list(name).length;
      expect(await say(name, card, { ...begin, manner: "close" })).toEqual({ kind: "accepted", reference: undefined });
      expect(chats.list(name)).toHaveLength(before);
    },
  );

  it.each(["pagerduty", "opsgenie"] as const)(
    "[CHAT-12] %s gets one alert a conversation, which the end resolves, and none of what went well",
    async (name) => {
      const key = `alert-${name}`;
      const first = await accepted(name, card, { ...begin, key });
      expect(first).toEqual({ kind: "accepted", reference: key });
      // Another entry may be all that is left at the end: the conversation goes by its reference.
      const end = { ...begin, manner: "rewrite" as const, reference: key, key: "another" };
      await accepted(name, { ...card, tone: "good", lasting: false }, end);
      const alerts = chats.list(name).filter(({ thread }) => thread === key);
      expect(alerts.map(({ payload }) => JSON.stringify(payload))).toEqual([
        expect.stringMatching(/"event_action":"trigger"|"priority":"P1"/),
        expect.stringMatching(/"event_action":"resolve"|"close":/),
      ]);
      const before = chats.list(name).length;
      expect(await say(name, { ...card, tone: "info", lasting: false })).toMatchObject({ kind: "accepted" });
      expect(chats.list(name)).toHaveLength(before);
    },
  );

  it.each(["pagerduty", "opsgenie"] as const)(
    "[CHAT-12] %s keeps the alert of a storm open when one of its services is over, or taken",
    async (name) => {
      const key = `storm-${name}`;
      const reply = { ...begin, manner: "reply" as const, reference: key, key, part: true };
      await accepted(name, card, { ...begin, key });
      await accepted(name, { ...card, tone: "good", lasting: false }, reply);
      await accepted(name, { ...card, taken: { by: "Ada", at: 1 } }, reply);
      expect(chats.list(name).filter(({ thread }) => thread === key)).toHaveLength(1);
      await accepted(name, { ...card, tone: "good", lasting: false }, { ...reply, manner: "close", part: false });
      expect(chats.list(name).filter(({ thread }) => thread === key)).toHaveLength(2);
    },
  );

  it("[CHAT-12] a webhook of one's own refuses what is not signed with its key", async () => {
    const address = { ...addressOf("webhook"), signing: new Secret("another") };
    const conversation = { ...begin, id: randomUUID() };
    expect(await receivers.webhook.deliver(card, conversation, address, http)).toEqual({
      kind: "refused",
      reason: "HTTP 401 bad_signature",
    });
    const { signing: _, ...unsigned } = address;
    expect(await receivers.webhook.deliver(card, conversation, unsigned, http)).toMatchObject({ kind: "refused" });
  });

  it("[CHAT-12] Teams gets a summary, which is what phones show", async () => {
    await accepted("teams");
    expect(chats.list("teams").at(-1)?.payload).toMatchObject({ type: "message", summary: card.fallback });
  });

  it("[CHAT-12] each chat calls people in its own way", async () => {
    const calls = { "slack-bot": "S0ONCALL01", teams: "person@example.com", "google-chat": "users/all" } as const;
    for (const name of ["slack-bot", "teams", "google-chat"] as const)
      await accepted(name, { ...card, mention: [calls[name]] });
    const last = (name: ReceiverName) => JSON.stringify(chats.list(name).at(-1)?.payload);
    expect(last("slack-bot")).toContain("<!subteam^S0ONCALL01> 🔴");
    expect(last("teams")).toContain('"entities":[{"type":"mention","text":"<at>person@example.com</at>"');
    expect(last("google-chat")).toContain('"text":"<users/all>"');
  });

  it("[CHAT-2] [CHAT-13] Google Chat shows once what is sent twice, and keeps the thread", async () => {
    const conversation = { ...begin, key: "twice-1" };
    for (const id of ["one", "one", "another"]) await accepted("google-chat", card, { ...conversation, id });
    const thread = chats.list("google-chat").filter(({ thread }) => thread === "twice-1");
    expect(thread.map(({ reply }) => reply)).toEqual([false, true]);
  });

  it("[CHAT-13] a webhook of one's own can tell a repetition by its id", async () => {
    await accepted("webhook", card, { ...begin, id: "an-id" });
    expect(chats.list("webhook").at(-1)?.payload).toMatchObject({ id: "an-id" });
  });
});
