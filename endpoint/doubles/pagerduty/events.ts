import * as v from "valibot";
import type { ChatLog } from "../chat-page/chat-log.ts";
import { type ChatVendor, json, jsonOf } from "../chat-page/exchange.ts";
import type { Rate } from "../chat-page/rate.ts";

const Event = v.variant("event_action", [
  v.object({
    event_action: v.literal("trigger"),
    routing_key: v.string(),
    dedup_key: v.optional(v.pipe(v.string(), v.maxLength(255))),
    payload: v.object({
      summary: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)),
      source: v.pipe(v.string(), v.minLength(1)),
      severity: v.picklist(["critical", "error", "warning", "info"]),
      custom_details: v.optional(v.unknown()),
    }),
    links: v.optional(v.array(v.object({ href: v.pipe(v.string(), v.url()), text: v.optional(v.string()) }))),
  }),
  v.object({
    event_action: v.picklist(["acknowledge", "resolve"]),
    routing_key: v.string(),
    dedup_key: v.pipe(v.string(), v.maxLength(255)),
  }),
]);

const invalid = (...errors: readonly string[]) =>
  json(400, { status: "invalid event", message: "Event object is invalid", errors });

/** `POST /v2/enqueue` of PagerDuty's Events API. https://developer.pagerduty.com/docs/send-alert-event */
export function pagerDutyEvents(log: ChatLog, prefix: string, routingKey: string, rate: Rate): ChatVendor {
  return {
    failures: {
      throttle: json(429, {
        status: "throttle exceeded",
        message: "Requests for this service are arriving too quickly.",
      }),
      error: json(500, { status: "internal_error" }),
      forbid: invalid("'routing_key' is invalid (must be a valid integration key)"),
      lie: { status: 200, body: "<html>Sign in to the guest network</html>" },
    },
    answer({ method, url, body }) {
      if (method !== "POST" || url.pathname !== `${prefix}v2/enqueue`) return json(404, { status: "not found" });
      const payload = jsonOf(body);
      const event = v.safeParse(Event, payload);
      if (!event.success) return invalid(...event.issues.map(({ message }) => message));
      if (event.output.routing_key !== routingKey)
        return invalid("'routing_key' is invalid (must be a valid integration key)");
      if (!rate.take()) return this.failures.throttle;
      const thread = event.output.dedup_key ?? `dedup-${log.accepted}`;
      const reply = log.list("pagerduty").some((message) => message.thread === thread);
      log.post({ chat: "pagerduty", id: `pagerduty-${log.accepted}`, thread, reply, payload: withoutKey(payload) });
      return json(202, { status: "success", message: "Event processed", dedup_key: thread });
    },
  };
}

/** The page shows what was posted: the key is none of it. */
function withoutKey(payload: unknown): unknown {
  return v.is(v.looseObject({ routing_key: v.string() }), payload) ? { ...payload, routing_key: "•••" } : payload;
}
