import * as v from "valibot";
import { consoleMode } from "./action.ts";
import { alarm } from "./alarm.ts";
import { chats, silence } from "./chat.ts";
import { audit, call, request } from "./happening.ts";
import { mapTrouble } from "./map.ts";
import { notice } from "./notice.ts";
import { secret } from "./secret.ts";
import { service } from "./service.ts";
import { traffic } from "./traffic.ts";

export const part = v.picklist(["services", "secrets", "alarms", "chats", "traffic"]);
export type Part = v.InferOutput<typeof part>;

/**
 * What the server sends the page. On each connection every message of state is complete; later ones hold what changed
 * where the rest is as it was. The three logs are sent entry by entry.
 */
export const consoleEvent = v.variant("kind", [
  /** First on each connection; everything known before it is void. */
  v.object({
    kind: v.literal("hello"),
    stage: v.string(),
    /** What brings the map to it. */
    toDeploy: v.string(),
    mode: consoleMode,
    /** Whether requests, audit events and API calls are sent at all. */
    happenings: v.boolean(),
    /** Whether past audit events can be searched. */
    searches: v.boolean(),
    /** What changed before, newest first: it outlives a reload of the page. */
    notices: v.array(notice),
  }),
  /** Each second, with the server's time: the page keeps no clock of its own. */
  v.object({
    kind: v.literal("tick"),
    at: v.number(),
    /** Where each request is seen as it is answered; otherwise an event of its own. */
    traffic: v.optional(v.array(traffic)),
    /** When Splunk accepts events again, while it is set to refuse them. */
    splunkRefusesUntil: v.optional(v.number()),
    silences: v.array(silence),
    /** While the page does not show the map as it was saved. */
    mapTrouble: v.optional(mapTrouble),
  }),
  v.object({ kind: v.literal("services"), services: v.array(service) }),
  v.object({ kind: v.literal("secrets"), secrets: v.array(secret) }),
  v.object({ kind: v.literal("alarms"), alarms: v.array(alarm) }),
  v.object({ kind: v.literal("changed-services"), services: v.array(service) }),
  v.object({ kind: v.literal("changed-secrets"), secrets: v.array(secret) }),
  v.object({ kind: v.literal("changed-alarms"), alarms: v.array(alarm) }),
  v.object({ kind: v.literal("chats"), chats }),
  v.object({ kind: v.literal("traffic"), traffic: v.array(traffic) }),
  /** A part could not be read; its last known state stands. */
  v.object({ kind: v.literal("unreadable"), part, reason: v.string() }),
  /** Oldest first, as in the two below. */
  v.object({ kind: v.literal("requests"), requests: v.array(request) }),
  v.object({ kind: v.literal("audits"), audits: v.array(audit) }),
  v.object({ kind: v.literal("calls"), calls: v.array(call) }),
  /** Oldest first. */
  v.object({ kind: v.literal("notices"), notices: v.array(notice) }),
]);
export type ConsoleEvent = v.InferOutput<typeof consoleEvent>;
