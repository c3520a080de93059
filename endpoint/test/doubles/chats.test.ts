import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ChatDoubles, startChatDoubles } from "#endpoint/doubles/chat-page/index.ts";

let chats: ChatDoubles;
beforeAll(async () => {
  chats = await startChatDoubles();
});
afterAll(() => chats.stop());

const secret = (key: string) => chats.secret[key] ?? "";
const blocks = (text: string) => ({ blocks: [{ type: "section", text: { type: "mrkdwn", text } }] });

async function post(url: string, body: unknown, token?: string) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body: await response.text() };
}

describe("Slack's webhook", () => {
  it.each([
    ["what is not JSON", "{", 400, "invalid_payload"],
    ["nothing to say", {}, 400, "no_text"],
    ["a section that is too long", blocks("x".repeat(3_001)), 400, "invalid_blocks"],
    ["more than 50 blocks", { blocks: Array.from({ length: 51 }, () => ({ type: "divider" })) }, 400, "invalid_blocks"],
  ])("refuses %s", async (_, body, status, said) => {
    expect(await post(secret("SLACK_WEBHOOK_URL"), body)).toMatchObject({ status, body: said });
  });

  it("accepts one message a second, and only at its own address", async () => {
    expect(await post(secret("SLACK_WEBHOOK_URL"), { text: "one" })).toMatchObject({ status: 200, body: "ok" });
    expect(await post(secret("SLACK_WEBHOOK_URL"), { text: "two" })).toMatchObject({ status: 429, retryAfter: "1" });
    expect(await post(`${secret("SLACK_WEBHOOK_URL")}x`, { text: "x" })).toMatchObject({
      status: 403,
      body: "invalid_token",
    });
  });
});

describe("Slack's Web API", () => {
  const call = async (method: string, fields: object, token: string | undefined) => {
    const { status, body } = await post(`${secret("SLACK_API_URL")}/${method}`, fields, token);
    return { status, ...JSON.parse(body) };
  };

  it.each([
    ["no token", { text: "x" }, "", "not_authed"],
    ["another's token", { text: "x" }, "xoxb-other", "invalid_auth"],
    ["an unknown channel", { channel: "C0", text: "x" }, "own", "channel_not_found"],
    ["a message without text", { channel: "C0MCPALERTS" }, "own", "no_text"],
  ])("says no with a 200 to %s", async (_, fields, token, error) => {
    const shown = token === "" ? undefined : token === "own" ? secret("SLACK_BOT_TOKEN") : token;
    expect(await call("chat.postMessage", fields, shown)).toEqual({ status: 200, ok: false, error });
  });

  it("edits what it posted, and nothing else", async () => {
    const token = secret("SLACK_BOT_TOKEN");
    const channel = "C0MCPALERTS";
    const { ts } = await call("chat.postMessage", { channel, text: "first" }, token);
    expect(await call("chat.update", { channel, ts, text: "second" }, token)).toMatchObject({ ok: true, ts });
    expect(await call("chat.update", { channel, ts: "1.0", text: "x" }, token)).toMatchObject({
      error: "message_not_found",
    });
    expect(chats.list("slack-bot")).toMatchObject([{ id: ts, edits: 1, payload: { text: "second" } }]);
  });
});

describe("a Teams workflow", () => {
  const message = (version: string, text: string) => {
    const content = { type: "AdaptiveCard", version, body: [{ type: "TextBlock", text }] };
    return {
      type: "message",
      attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
    };
  };

  it("answers 202 without a body, and then drops what it cannot show", async () => {
    const url = secret("TEAMS_WEBHOOK_URL");
    expect(await post(url, message("1.4", "small"))).toMatchObject({ status: 202, body: "" });
    expect([chats.list("teams").length, chats.dropped]).toEqual([1, 0]);
    for (const body of [message("1.5", "newer"), message("1.4", "x".repeat(30_000)), { text: "no card" }]) {
      expect(await post(url, body)).toMatchObject({ status: 202, body: "" });
    }
    expect([chats.list("teams").length, chats.dropped]).toEqual([1, 3]);
  });

  it("answers at no other address", async () => {
    const { status, body } = await post(`${secret("TEAMS_WEBHOOK_URL")}x`, message("1.4", "x"));
    expect([status, JSON.parse(body).error.code]).toEqual([404, "WorkflowNotFound"]);
  });
});

describe("a Google Chat webhook", () => {
  it("threads by key when asked to, and returns the message it created", async () => {
    const url = `${secret("GOOGLE_CHAT_WEBHOOK_URL")}&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD`;
    const body = { text: "x", thread: { threadKey: "wiki-1" } };
    expect(JSON.parse((await post(url, body)).body).name).toMatch(/^spaces\/LOCAL\/messages\//);
    await post(url, body);
    await post(secret("GOOGLE_CHAT_WEBHOOK_URL"), body);
    const said = chats.list("google-chat").map(({ thread, reply }) => [thread === "wiki-1", reply]);
    expect(said).toEqual([
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  it.each([
    ["a wrong token", (url: string) => url.replace(/token=\w+/, "token=x"), { text: "x" }, 401, "UNAUTHENTICATED"],
    [
      "a message of more than 32,000 bytes",
      (url: string) => url,
      { text: "é".repeat(16_001) },
      400,
      "INVALID_ARGUMENT",
    ],
    ["an unknown space", (url: string) => url.replace("LOCAL", "OTHER"), { text: "x" }, 404, "NOT_FOUND"],
  ])("refuses %s", async (_, change, body, status, code) => {
    const answer = await post(change(secret("GOOGLE_CHAT_WEBHOOK_URL")), body);
    expect([answer.status, JSON.parse(answer.body).error.status]).toEqual([status, code]);
  });
});

describe("PagerDuty's events", () => {
  const enqueue = (body: object) => post(`${secret("PAGERDUTY_API_URL")}/v2/enqueue`, body);
  const trigger = { event_action: "trigger", payload: { summary: "down", source: "prod", severity: "critical" } };

  it("are taken with a dedup key, which it makes up where there is none", async () => {
    const { status, body } = await enqueue({ ...trigger, routing_key: secret("PAGERDUTY_ROUTING_KEY") });
    expect({ status, ...JSON.parse(body) }).toMatchObject({ status: "success", dedup_key: expect.any(String) });
    expect(status).toBe(202);
  });

  it.each([
    ["another's key", { ...trigger, routing_key: "x" }],
    [
      "a severity it does not know",
      { ...trigger, payload: { ...trigger.payload, severity: "fatal" }, routing_key: "own" },
    ],
    ["an end of nothing", { event_action: "resolve", routing_key: "own" }],
  ])("are refused with what is wrong: %s", async (_, event) => {
    const routing_key = event.routing_key === "own" ? secret("PAGERDUTY_ROUTING_KEY") : event.routing_key;
    const { status, body } = await enqueue({ ...event, routing_key });
    expect([status, JSON.parse(body).status]).toEqual([400, "invalid event"]);
  });
});

describe("Opsgenie's alerts", () => {
  const ask = async (path: string, body: object, key = secret("OPSGENIE_API_KEY")) => {
    const response = await fetch(`${secret("OPSGENIE_API_URL")}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `GenieKey ${key}` },
      body: JSON.stringify(body),
    });
    return [response.status, JSON.stringify(await response.json())];
  };

  it.each([
    ["with another's key", "/v2/alerts", { message: "down" }, "x", 401, /Could not authenticate/],
    ["without a message", "/v2/alerts", {}, undefined, 422, /not processable/],
    ["at another path", "/v2/alert", { message: "down" }, undefined, 404, /Not Found/],
    ["as it wants them", "/v2/alerts", { message: "down", alias: "a" }, undefined, 202, /will be processed/],
    ["closed by their alias", "/v2/alerts/a/close?identifierType=alias", {}, undefined, 202, /will be processed/],
  ])("are answered as the vendor does: %s", async (_, path, body, key, status, said) => {
    expect(await ask(path, body, key)).toEqual([status, expect.stringMatching(said)]);
  });
});

describe("[OPS-6] the page of the chats", () => {
  it("is at the port that was asked for, and nowhere else", async () => {
    const port = await takePort();
    const other = await startChatDoubles({ port });
    expect(other.url).toBe(`http://127.0.0.1:${port}`);
    await expect(startChatDoubles({ port })).rejects.toThrow("EADDRINUSE");
    await other.stop();
  });

  it("has a heading in a landmark for all and one for each chat, an icon of its own, and the newest first", async () => {
    for (const text of ["the older", "the newer"]) {
      expect(await post(secret("GOOGLE_CHAT_WEBHOOK_URL"), { text })).toMatchObject({ status: 200 });
    }
    const page = await (await fetch(chats.url)).text();
    expect(page).toMatch(/<header><h1>Alarms in the chats /);
    expect(page).toMatch(/<link rel="icon" href="data:image\/svg/);
    expect([...page.matchAll(/<h2>([^<]+)/g)].map(([, title]) => title).slice(0, 4)).toEqual([
      "Slack, bot",
      "Slack, webhook",
      "Microsoft Teams",
      "Google Chat",
    ]);
    expect(page.indexOf("the newer")).toBeLessThan(page.indexOf("the older"));
  });
});
