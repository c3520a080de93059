import * as v from "valibot";

/** What a message came from. */
export const origin = v.variant("kind", [
  v.object({ kind: v.literal("alarm"), name: v.string() }),
  v.object({ kind: v.literal("deployment") }),
  v.object({ kind: v.literal("task"), id: v.string() }),
  v.object({ kind: v.literal("rotation"), secret: v.string() }),
  v.object({ kind: v.literal("other") }),
]);
export type Origin = v.InferOutput<typeof origin>;

/** `waits` in the queue until its chat takes it; `muted` is kept back by a window of the map. */
export const hearing = v.object({ chat: v.string(), state: v.picklist(["told", "waits", "muted"]) });
export type Hearing = v.InferOutput<typeof hearing>;

/** One message, however many chats it was posted in. */
export const message = v.object({
  /** The same for its beginning and its end. */
  subject: v.string(),
  /** The conversation it belongs to: a service, a secret. */
  group: v.string(),
  origin,
  phase: v.picklist(["firing", "no-data", "recovered", "notice"]),
  headline: v.string(),
  /** Milliseconds since the epoch, when it began and when it last changed. */
  since: v.number(),
  at: v.number(),
  heard: v.array(hearing),
});
export type Message = v.InferOutput<typeof message>;

/** A destination of the map. */
export const chat = v.object({
  name: v.string(),
  receiver: v.picklist([
    "slack-webhook",
    "slack-bot",
    "teams",
    "google-chat",
    "pagerduty",
    "opsgenie",
    "webhook",
    "email",
  ]),
  /** Milliseconds since the epoch, when it last accepted a message. */
  lastToldAt: v.optional(v.number()),
  /** What the chat itself shows, if it can be asked, which a double on this machine can. */
  shown: v.optional(v.object({ messages: v.number(), edits: v.number() })),
});
export type Chat = v.InferOutput<typeof chat>;

/** What an operator keeps from the chats for a while. */
export const mute = v.object({
  /** A service's key, or an alarm's name. */
  target: v.string(),
  reason: v.string(),
  by: v.string(),
  /** Milliseconds since the epoch. */
  since: v.number(),
  until: v.number(),
});
export type Mute = v.InferOutput<typeof mute>;

export const chats = v.object({
  chats: v.array(chat),
  /** Ongoing ones first, then the newest. */
  messages: v.array(message),
  mutes: v.array(mute),
  /** Events on their way to the chats, or waiting for one that does not answer. */
  waiting: v.number(),
  /** Events given up after the last attempt. */
  dead: v.number(),
  /** Where what the chats show can be seen, on this machine. */
  page: v.optional(v.string()),
});
export type Chats = v.InferOutput<typeof chats>;

/** A chat silenced on purpose, until then. */
export const silence = v.object({ chat: v.string(), until: v.number() });
export type Silence = v.InferOutput<typeof silence>;
