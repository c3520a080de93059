import { describe, expect, it } from "vitest";
import { type Entry, emptyRecord, type GroupRecord } from "#chat/record/record.ts";
import { audienceOf, nameDestinations } from "#cli/alarms/audience.ts";
import { showAlarms, worstFirst } from "#cli/alarms/list.ts";
import type { AlarmFacts } from "#cli/alarms/read.ts";
import { isTold } from "#cli/alarms/reception.ts";
import { createPaint } from "#cli/paint.ts";
import type { ChatPlan } from "#fleet";

const chat: ChatPlan = {
  secret: "chat",
  destinations: {
    slack: { receiver: "slack-bot", key: "SLACK_BOT_TOKEN", channel: "C1" },
    "on-call": { receiver: "teams", key: "TEAMS_WEBHOOK_URL" },
  },
  routes: [{ to: ["slack"] }, { to: ["on-call"], services: ["wiki"], severities: ["critical"] }],
  mutes: [{ reason: "nightly import", from: "00:00", until: "23:59", services: ["mail"] }],
  groupWaitSeconds: 30,
  repeatAfterHours: 4,
  fallbackEmails: [],
};

const alarm = (service: string | undefined, metric: string, name = `prod-mcp-${service}-x`): AlarmFacts => ({
  ...{ name, arn: "arn", service, metric, kind: undefined, state: "OK", since: undefined },
  ...{ reason: "", threshold: 1, basis: "chosen", wakes: undefined, muted: false, actions: [] },
});

describe("who hears of an alarm", () => {
  const now = Date.parse("2026-09-23T12:00:00Z");

  it.each([
    ["wiki", "HealthyHostCount", ["slack", "on-call"]],
    ["wiki", "TargetResponseTime", ["slack"]],
    ["shop", "HealthyHostCount", ["slack"]],
  ])("[CHAT-1] is whom the routes name for %s and %s", (service, metric, destinations) => {
    expect(audienceOf(chat, alarm(service, metric), now)).toEqual({
      group: service,
      destinations,
      mutedFor: undefined,
    });
  });

  it("is nobody while a mute window is open, except for the test of the road, which goes everywhere", () => {
    expect(audienceOf(chat, alarm("mail", "HealthyHostCount"), now).mutedFor).toBe("nightly import");
    const test = alarm(undefined, "AlarmRoad", "prod-mcp-alarm-road");
    expect(audienceOf({ ...chat, mutes: [{ reason: "all", from: "00:00", until: "23:59" }] }, test, now)).toEqual({
      group: "Test of the alarm road",
      destinations: ["slack", "on-call"],
      mutedFor: undefined,
    });
  });

  it("is shown by the map's name and the chat's", () => {
    expect(nameDestinations(chat, ["slack", "on-call"])).toBe("slack (Slack bot), on-call (Microsoft Teams)");
  });
});

describe("what a chat has posted", () => {
  const record = (lastSentAt: number, entry?: Partial<Entry>): GroupRecord => ({
    ...emptyRecord,
    lastSentAt,
    ...(entry && { entries: { arn: { ...firing, ...entry } } }),
  });
  const firing: Entry = {
    ...{ change: "arn@ALARM@5", phase: "firing", severity: "info", since: 5, at: 5 },
    ...{ told: true, headline: "nothing is wrong" },
  };
  const last = record(2, { phase: "resolved", since: 1, at: 2 });

  it.each([
    ["for the first time", emptyRecord, record(6, {})],
    ["again", last, record(6, {})],
    ["together with its end", last, record(6, { phase: "resolved", at: 7 })],
  ])("is a test that went off %s", (_how, before, now) => {
    expect(isTold("arn", before, now)).toBe(true);
  });

  it.each([
    ["nothing yet", emptyRecord, emptyRecord],
    ["the first OK of a new alarm, which is recorded and not said", emptyRecord, record(0, { phase: "resolved" })],
    ["the same, while something else was said", record(2), record(6, { phase: "resolved" })],
    [
      "the end of the test before it",
      record(2, { since: 1, at: 1 }),
      record(3, { phase: "resolved", since: 1, at: 3 }),
    ],
    ["a test that a window keeps back", last, record(2, { told: false })],
  ])("is no test by %s", (_what, before, now) => {
    expect(isTold("arn", before, now)).toBe(false);
  });
});

describe("[OPS-4] fleet alarms list", () => {
  const wordy = "prod-mcp-google-workspace-unhealthyHosts";
  const listed = [
    { ...alarm("google_workspace", "x", wordy), state: "INSUFFICIENT_DATA", muted: true, since: 0 },
    { ...alarm(undefined, "x", "prod-mcp-settle-secret-silence"), threshold: undefined },
    { ...alarm("wiki", "x"), basis: "placeholder" as const },
  ];

  it("begins with the worst: what rings, and of that what nobody silenced", () => {
    const of = (name: string, state: string, muted = false) => ({ ...alarm(undefined, "x", name), state, muted });
    const all = [
      of("a", "OK"),
      of("b", "ALARM", true),
      of("d", "ALARM"),
      of("c", "ALARM"),
      of("e", "INSUFFICIENT_DATA"),
    ];
    expect(worstFirst(all).map(({ name }) => name)).toEqual(["c", "d", "b", "e", "a"]);
  });

  it("takes a line an alarm, whatever its state, by the name that the other commands take", () => {
    const lines = showAlarms("prod", listed, createPaint(false));
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ["ALARM", "STATE", "FOR", "THRESHOLD"],
      ["google-workspace-unhealthyHosts", "no data, muted", expect.stringMatching(/days$/), "1"],
      ["settle-secret-silence", "OK", "-", "-"],
      ["wiki-x", "OK", "-", "1 (placeholder)"],
    ]);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});
