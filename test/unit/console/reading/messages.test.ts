import { describe, expect, it } from "vitest";
import { type Entry, emptyRecord, type GroupRecord } from "#chat/record/record.ts";
import { messagesOf } from "#console/reading/messages.ts";
import type { ChatPlan } from "#fleet";

const plan: ChatPlan = {
  secret: "chat",
  destinations: {
    slack: { receiver: "slack-webhook", key: "A" },
    teams: { receiver: "teams", key: "B" },
    night: { receiver: "google-chat", key: "C" },
  },
  routes: [{ to: ["slack", "teams"] }, { to: ["night"], severities: ["critical"] }],
  mutes: [],
  groupWaitSeconds: 5,
  repeatAfterHours: 4,
  fallbackEmails: [],
};

const alarm = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:prod-mcp-wiki-errors5xx";
const entry = (fields: Partial<Entry> = {}): Entry => ({
  change: "1",
  phase: "firing",
  severity: "warning",
  since: 1,
  at: 1,
  told: true,
  headline: "Answers with a 5xx status: 7",
  ...fields,
});
const told = (subject: string, one: Entry, group = "wiki"): ReadonlyMap<string, GroupRecord> =>
  new Map([[group, { ...emptyRecord, entries: { [subject]: one } }]]);
const over = { change: "2", phase: "resolved", at: 9 } as const;

describe("what was posted in the chats", () => {
  it("[CHAT-1] is one message, however many chats it is in, with the alarm it came from", () => {
    const both = new Map([
      ["slack", told(alarm, entry())],
      ["teams", told(alarm, entry())],
    ]);
    expect(messagesOf(plan, both, false)).toEqual([
      {
        subject: alarm,
        group: "wiki",
        origin: { kind: "alarm", name: "prod-mcp-wiki-errors5xx" },
        phase: "firing",
        headline: "Answers with a 5xx status: 7",
        since: 1,
        at: 1,
        heard: [
          { chat: "slack", state: "told" },
          { chat: "teams", state: "told" },
        ],
      },
    ]);
  });

  it.each([
    ["deployment:arn:aws:ecs:us-east-1:1:service/prod-mcp-cluster/prod-mcp-wiki", { kind: "deployment" }],
    ["task:arn:aws:ecs:us-east-1:1:task/prod-mcp-cluster/0a1b", { kind: "task", id: "0a1b" }],
    ["rotation:splunk", { kind: "rotation", secret: "splunk" }],
    [`${alarm}#contributor:3a4d1`, { kind: "alarm", name: "prod-mcp-wiki-errors5xx" }],
    ["thresholds:wiki", { kind: "other" }],
  ])("knows what %s is about", (subject, origin) => {
    expect(messagesOf(plan, new Map([["slack", told(subject, entry())]]), false)).toMatchObject([{ origin }]);
  });

  it("[CHAT-3] waits for a chat that its routes lead to, while anything is in the queue", () => {
    const one = new Map([["slack", told(alarm, entry())]]);
    const hearing = (queued: boolean, of = one) => messagesOf(plan, of, queued)[0]?.heard;
    expect(hearing(true)).toEqual([
      { chat: "slack", state: "told" },
      { chat: "teams", state: "waits" },
    ]);
    expect(hearing(false)).toEqual([{ chat: "slack", state: "told" }]);
    const critical = new Map([["slack", told(alarm, entry({ severity: "critical" }))]]);
    expect(hearing(true, critical)).toContainEqual({ chat: "night", state: "waits" });
  });

  it("[CHAT-2] shows that a recovery still waits for a chat that has only the beginning", () => {
    const half = new Map([
      ["slack", told(alarm, entry(over))],
      ["teams", told(alarm, entry())],
    ]);
    expect(messagesOf(plan, half, true)).toMatchObject([
      {
        phase: "recovered",
        heard: [
          { chat: "slack", state: "told" },
          { chat: "teams", state: "waits" },
        ],
      },
    ]);
  });

  it("is muted if a window holds it back", () => {
    const muted = new Map([["slack", told(alarm, entry({ told: false }))]]);
    expect(messagesOf(plan, muted, false)).toMatchObject([{ heard: [{ chat: "slack", state: "muted" }] }]);
  });

  it("leaves out an end that had no beginning, such as an alarm's first data", () => {
    const first = new Map([["slack", told(alarm, entry({ ...over, since: 9 }))]]);
    expect(messagesOf(plan, first, false)).toEqual([]);
  });

  it("begins with what is ongoing, then goes from the newest to the oldest", () => {
    const records = new Map([
      ...told("task:b", entry({ phase: "notice", at: 8 }), "b"),
      ...told("task:c", entry({ phase: "notice", at: 9 }), "c"),
      ...told(alarm, entry({ at: 2 }), "a"),
    ]);
    const groups = messagesOf(plan, new Map([["slack", records]]), false).map(({ group }) => group);
    expect(groups).toEqual(["a", "c", "b"]);
  });
});
