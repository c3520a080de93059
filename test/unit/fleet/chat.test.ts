import { describe, expect, it } from "vitest";
import { defineFleet, type FleetDefinition, FleetError, type Problem, planStage } from "#fleet";
import { withButtons } from "../../fixture/buttons.ts";
import fleet from "../../fixture/map.ts";

const { chat } = fleet;
if (chat === undefined) throw new Error("The fixture has no chat.");

function problemsOf(changes: object): readonly Problem[] {
  const map: FleetDefinition = Object.assign({ ...fleet }, { chat: Object.assign({ ...chat }, changes) });
  try {
    defineFleet(map);
    return [];
  } catch (error) {
    if (error instanceof FleetError) return error.problems;
    throw error;
  }
}

describe("the chats of the map", () => {
  it.each([
    ["a secret nobody declared", { secret: "chats" }, "chat.secret", "chats", "chat"],
    [
      "a key the secret lacks",
      { destinations: { ...chat.destinations, teams: { receiver: "teams", key: "TEAMS" } } },
      "chat.destinations.teams.key",
      "TEAMS",
      "TEAMS_WEBHOOK_URL",
    ],
    ["a destination nobody declared", { routes: [{ to: ["pager"] }] }, "chat.routes.0.to", "pager", "google-chat"],
    [
      "a stage nobody declared",
      { routes: [{ to: ["slack"], stages: ["staging"] }] },
      "chat.routes.0.stages",
      "staging",
      "prod",
    ],
    [
      "a service nobody declared",
      { routes: [{ to: ["slack"], services: ["wiki"] }] },
      "chat.routes.0.services",
      "wiki",
      "google_workspace",
    ],
    [
      "a severity there is not",
      { routes: [{ to: ["slack"], severities: ["fatal"] }] },
      "chat.routes.0.severities.0",
      "fatal",
      "critical",
    ],
    [
      "a receiver there is not",
      { destinations: { ...chat.destinations, teams: { receiver: "irc", key: "TEAMS_WEBHOOK_URL" } } },
      "chat.destinations.teams.receiver",
      "irc",
      "slack-bot",
    ],
    [
      "buttons whose secret is the one with the webhooks",
      { actions: { slack: { secret: "chat", key: "SLACK_BOT_TOKEN", allowed: ["U0123456789"] } } },
      "chat.actions.slack.secret",
      "chat",
      "must not read webhooks",
    ],
    [
      "buttons whose secret nobody declared",
      { actions: { slack: { secret: "slack-ap", key: "K", allowed: ["U0123456789"] } } },
      "chat.actions.slack.secret",
      "slack-ap",
      "google-oauth",
    ],
    [
      "buttons with a key that the secret lacks",
      { actions: { slack: { secret: "splunk", key: "SLACK_SIGNING_SECRET", allowed: ["U0123456789"] } } },
      "chat.actions.slack.key",
      "SLACK_SIGNING_SECRET",
      "SPLUNK_HEC_TOKEN",
    ],
    [
      "buttons for somebody's name",
      { actions: { slack: { secret: "splunk", key: "SPLUNK_HEC_TOKEN", allowed: ["ada"] } } },
      "chat.actions.slack.allowed.0",
      "ada",
      "U or W",
    ],
    [
      "buttons in a stage nobody declared",
      {
        actions: {
          stages: ["staging"],
          slack: { secret: "splunk", key: "SPLUNK_HEC_TOKEN", allowed: ["U0123456789"] },
        },
      },
      "chat.actions.stages",
      "staging",
      "prod",
    ],
    [
      "buttons where no chat shows them",
      {
        destinations: { teams: { receiver: "teams", key: "TEAMS_WEBHOOK_URL" } },
        routes: [{ to: ["teams"] }],
        actions: { slack: { secret: "splunk", key: "SPLUNK_HEC_TOKEN", allowed: ["U0123456789"] } },
      },
      "chat.actions.slack",
      1,
      "destination is a Slack one",
    ],
    [
      "a console with a path",
      { consoleUrl: "http://127.0.0.1:8091/x" },
      "chat.consoleUrl",
      "http://127.0.0.1:8091/x",
      "without a path",
    ],
    [
      "a mute at no time of day",
      { mutes: [{ reason: "x", from: "25:00", until: "06:00" }] },
      "chat.mutes.0.from",
      "25:00",
      "23:59",
    ],
    [
      "a time zone there is not",
      { mutes: [{ reason: "x", from: "22:00", until: "06:00", timeZone: "Europe/Bonn" }] },
      "chat.mutes.0.timeZone",
      "Europe/Bonn",
      "IANA",
    ],
    ["nobody to fall back on", { fallbackEmails: [] }, "chat.fallbackEmails", undefined, "e-mail addresses"],
  ])("[MAP-3] refuse %s, and say what is allowed and what to do", (_, changes, field, value, allowed) => {
    const [problem, ...others] = problemsOf(changes);
    expect(others).toEqual([]);
    expect(problem?.field).toBe(field);
    if (value !== undefined) expect(problem?.value).toBe(value);
    expect(problem?.allowed).toContain(allowed);
    expect(problem?.remedy).toMatch(/\w/);
  });

  it("[MAP-3] refuse more than a function's environment holds", () => {
    const reason = "a reason that does not end ".repeat(200);
    expect(problemsOf({ mutes: [{ reason, from: "22:00", until: "06:00" }] })).toMatchObject([{ field: "chat" }]);
  });

  it("[CHAT-1] take the routes of their stage, and the destinations these name", () => {
    const routes = [
      { to: ["slack"], stages: ["prod"] },
      { to: ["teams"], stages: ["local"] },
    ] as const;
    const plan = planStage(defineFleet({ ...fleet, chat: { ...chat, routes } }), "prod").chat;
    expect(plan?.routes).toEqual([{ to: ["slack"] }]);
    expect(Object.keys(plan?.destinations ?? {})).toEqual(["slack"]);
    expect(plan).toMatchObject({ groupWaitSeconds: 30, repeatAfterHours: 4 });
  });

  it("[CHAT-14] have buttons, and the secret that proves presses, in the stages that the map names", () => {
    const map = withButtons(fleet);
    const actions = map.chat?.actions && { ...map.chat.actions, stages: ["local"] };
    const of = (stage: string) =>
      planStage(defineFleet(Object.assign({ ...map }, { chat: { ...map.chat, actions } })), stage);
    const has = (stage: string) => of(stage).secrets.some(({ key }) => key === "slack-app");
    expect([of("prod").chat?.actions, has("prod")]).toEqual([undefined, false]);
    expect([of("local").chat?.actions?.slack.key, has("local")]).toEqual(["SLACK_SIGNING_SECRET", true]);
    expect(of("local").chat?.consoleUrl).toBe("http://127.0.0.1:8090");
    expect(of("prod").chat?.consoleUrl).toBeUndefined();
  });

  it("[OPS-6] lead to the console of this machine, at whichever port it is, and on AWS to what the map names", () => {
    const at = (stage: string) => planStage(fleet, stage, { consolePort: 18_090 }).chat?.consoleUrl;
    expect([at("local"), at("prod")]).toEqual(["http://127.0.0.1:18090", undefined]);
  });
});
