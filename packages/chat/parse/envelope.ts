import * as v from "valibot";
import { present, text } from "./field.ts";

const json = v.pipe(v.string(), v.parseJson());

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const Notification = v.object({
  Type: v.literal("Notification"),
  Message: v.string(),
  TopicArn: text,
  Subject: v.nullish(v.string()),
  Timestamp: v.optional(v.string()),
  MessageAttributes: v.fallback(v.record(v.string(), v.object({ Value: v.string() })), {}),
});

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
const BusEvent = v.object({
  source: v.optional(v.string(), ""),
  "detail-type": v.string(),
  id: v.optional(v.string()),
  time: v.optional(v.string()),
  account: v.optional(v.string()),
  region: v.optional(v.string(), ""),
  resources: v.optional(v.array(v.string()), []),
  detail: v.unknown(),
});
export type BusEvent = v.InferOutput<typeof BusEvent>;

/** A message without its wrapping. */
export interface Arrival {
  /** The innermost text. */
  readonly text: string;
  /** That text as JSON; undefined if it is not JSON. */
  readonly json: unknown;
  /** Subject of an SNS message. */
  readonly subject: string | undefined;
  /** Attributes of an SNS message. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The topic it came by, if any. */
  readonly topicArn: string | undefined;
  /** Set when it is an EventBridge event. */
  readonly event: BusEvent | undefined;
  /** When it was sent, in milliseconds since the epoch. */
  readonly at: number;
}

export function unwrap(body: string, sentAt: number): Arrival {
  const outer = parsed(body);
  const notification = v.safeParse(Notification, outer);
  if (notification.success) {
    const { Message, TopicArn, Subject, Timestamp, MessageAttributes } = notification.output;
    const inner = parsed(Message);
    return {
      text: Message,
      json: inner,
      subject: present(Subject),
      attributes: Object.fromEntries(Object.entries(MessageAttributes).map(([name, { Value }]) => [name, Value])),
      topicArn: TopicArn ?? undefined,
      event: eventOf(inner),
      at: timeOf(Timestamp) ?? sentAt,
    };
  }
  const event = eventOf(outer);
  return {
    text: body,
    json: outer,
    subject: undefined,
    attributes: {},
    topicArn: undefined,
    event,
    at: timeOf(event?.time) ?? sentAt,
  };
}

function parsed(text: string): unknown {
  const result = v.safeParse(json, text);
  return result.success ? result.output : undefined;
}

/**
 * What CodeStar's notification rules publish to a topic: the event, with its type named otherwise, and more beside it.
 * https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html
 */
const Notified = v.looseObject({
  detailType: v.string(),
  detail: v.looseObject({}),
  additionalAttributes: v.fallback(v.optional(v.looseObject({}), {}), {}),
});

function eventOf(value: unknown): BusEvent | undefined {
  const notified = v.safeParse(Notified, value);
  if (notified.success) {
    const { detailType, detail, additionalAttributes, ...event } = notified.output;
    return eventOf({ ...event, "detail-type": detailType, detail: { ...detail, ...additionalAttributes } });
  }
  const result = v.safeParse(BusEvent, value);
  return result.success ? result.output : undefined;
}

/** Milliseconds since the epoch; CloudWatch writes the zone without a colon, which `Date` leaves to the engine. */
export function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse((text ?? "").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(time) ? undefined : time;
}
