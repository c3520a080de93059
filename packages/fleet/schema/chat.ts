import * as v from "valibot";
import { severities, weekdays } from "../definition.ts";
import { closed, expectation } from "../expectation.ts";
import { filled, list, matching, some, timeZone, whole } from "./field.ts";

const clockTime = v.pipe(
  v.string(),
  v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, expectation("a time from 00:00 to 23:59", 'Write hours and minutes: "22:00".')),
);
const Severities = list(
  v.picklist(severities, expectation(severities.join(", "), "Use the severities that alarms have.")),
  "severities",
);

const Email = v.pipe(v.string(), v.email(expectation("an e-mail address", "Correct the address.")));

const Destination = v.variant(
  "receiver",
  [
    closed({ receiver: v.picklist(["slack-webhook", "teams", "google-chat"]), key: v.string() }),
    closed({
      receiver: v.literal("slack-bot"),
      key: v.string(),
      channel: matching(
        /^[CG][A-Z0-9]{8,}$/,
        "a channel's id: C or G, then capitals and digits, such as C0123456789",
        "Copy the id from the end of the channel's details in Slack; its name does not work.",
      ),
      apiKey: v.optional(v.string()),
    }),
    closed({ receiver: v.picklist(["pagerduty", "opsgenie"]), key: v.string(), apiKey: v.optional(v.string()) }),
    closed({ receiver: v.literal("webhook"), key: v.string(), signingKey: v.string() }),
    closed({ receiver: v.literal("email"), addresses: list(Email, "e-mail addresses") }),
  ],
  expectation(
    '{ receiver: "slack-webhook" | "teams" | "google-chat" | "pagerduty" | "opsgenie", key }, { receiver: "slack-bot", key, channel: "C…" }, { receiver: "webhook", key, signingKey } or { receiver: "email", addresses }',
    "Name the receiver, and the key of the chat secret with its address or token.",
  ),
);

const Called = v.optional(list(v.string(), "ids of those who are called"));

const hours = expectation("a number of hours from 0.25 to 168", "Omit it for 4.");

export const Chat = closed({
  secret: v.string(),
  destinations: some(v.string(), Destination, "destination"),
  routes: list(
    closed({
      to: list(v.string(), "destinations"),
      stages: v.optional(list(v.string(), "stages")),
      services: v.optional(list(v.string(), "services")),
      severities: v.optional(Severities),
      mention: v.optional(closed({ critical: Called, warning: Called, info: Called })),
    }),
    "routes",
  ),
  mutes: v.optional(
    v.array(
      closed({
        reason: filled("why it stays silent", "Give a reason."),
        from: clockTime,
        until: clockTime,
        days: v.optional(
          list(v.picklist(weekdays, expectation(weekdays.join(", "), "Use the short names.")), "weekdays"),
        ),
        timeZone: v.optional(timeZone),
        services: v.optional(v.array(v.string())),
        severities: v.optional(Severities),
      }),
    ),
  ),
  groupWaitSeconds: v.optional(whole(1, 300, " seconds", "SQS collects messages for at most 300 s.")),
  repeatAfterHours: v.optional(v.pipe(v.number(hours), v.minValue(0.25, hours), v.maxValue(168, hours))),
  runbookUrl: v.optional(
    matching(
      /^https:\/\/[\w.-]+(?::\d+)?(?:\/[\w./%~-]*)?$/,
      "an https address that a path is appended to",
      'Name the folder that docs/runbook.md is seen in: "https://github.com/example/fleet/blob/main".',
    ),
  ),
  actions: v.optional(
    closed({
      stages: v.optional(list(v.string(), "stages")),
      slack: closed({
        secret: v.string(),
        key: v.string(),
        allowed: list(
          matching(
            /^[UW][A-Z0-9]{7,20}$/,
            "the id of a Slack user: U or W, then capitals and digits, such as U0123456789",
            "Copy the member id from the person's profile in Slack; a name does not work.",
          ),
          "ids of Slack users",
        ),
      }),
    }),
  ),
  consoleUrl: v.optional(
    matching(
      /^https?:\/\/[\w.-]+(?::\d+)?\/?$/,
      "the address of a console, without a path",
      'Write where `fleet console` listens: "http://127.0.0.1:8091".',
    ),
  ),
  fallbackEmails: list(Email, "e-mail addresses for when the chats cannot be reached"),
});
