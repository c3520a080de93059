import * as v from "valibot";
import { severities, weekdays } from "../definition.ts";
import { closed, expectation } from "../expectation.ts";
import { whole } from "./field.ts";

const clockTime = v.pipe(
  v.string(),
  v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, expectation("a time from 00:00 to 23:59", 'Write hours and minutes: "22:00".')),
);
const timeZone = v.pipe(
  v.string(),
  v.check(isTimeZone, expectation("an IANA time zone, such as Europe/Berlin or UTC", "Correct its spelling.")),
);
const Severities = v.array(
  v.picklist(severities, expectation(severities.join(", "), "Name severities the alarms have.")),
);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const Destination = v.union(
  [
    v.strictObject({ receiver: v.picklist(["slack-webhook", "teams", "google-chat"]), key: v.string() }),
    v.strictObject({
      receiver: v.literal("slack-bot"),
      key: v.string(),
      channel: v.pipe(v.string(), v.regex(/^[CG][A-Z0-9]{8,}$/)),
      apiKey: v.optional(v.string()),
    }),
  ],
  expectation(
    '{ receiver: "slack-webhook" | "teams" | "google-chat", key } or { receiver: "slack-bot", key, channel: "C…" }',
    "Name the receiver, and the key of the chat secret with its address or token.",
  ),
);

export const Chat = closed({
  secret: v.string(),
  destinations: v.record(v.string(), Destination),
  routes: v.array(
    closed({
      to: v.array(v.string()),
      stages: v.optional(v.array(v.string())),
      services: v.optional(v.array(v.string())),
      severities: v.optional(Severities),
    }),
  ),
  mutes: v.optional(
    v.array(
      closed({
        reason: v.pipe(v.string(), v.trim(), v.minLength(1, expectation("why nothing is said", "Say why."))),
        from: clockTime,
        until: clockTime,
        days: v.optional(v.array(v.picklist(weekdays, expectation(weekdays.join(", "), "Use the short names.")))),
        timeZone: v.optional(timeZone),
        services: v.optional(v.array(v.string())),
        severities: v.optional(Severities),
      }),
    ),
  ),
  groupWaitSeconds: v.optional(whole(1, 300, " seconds", "SQS gathers messages for 300 s at most.")),
  repeatAfterHours: v.optional(v.pipe(v.number(), v.minValue(0.25), v.maxValue(168))),
  fallbackEmails: v.pipe(
    v.array(v.pipe(v.string(), v.email(expectation("an e-mail address", "Correct the address.")))),
    v.minLength(1, expectation("one e-mail address at least", "Say who hears when the chats cannot be told.")),
  ),
});
