import * as v from "valibot";
import { excessOf } from "../json-bounds.ts";
import { Refusal } from "../server/refusal.ts";

const Message = v.object({
  id: v.optional(v.union([v.string(), v.number()])),
  method: v.optional(v.string()),
  params: v.optional(v.unknown()),
  result: v.optional(v.unknown()),
  error: v.optional(v.unknown()),
});
export type Message = v.InferOutput<typeof Message>;

/** One message, or several (in revisions before 2025-06-18), without whatever is none. */
export function messagesOf(body: unknown): readonly Message[] {
  return (Array.isArray(body) ? body : [body]).flatMap((one) => {
    const parsed = v.safeParse(Message, one);
    return parsed.success ? [parsed.output] : [];
  });
}

/** Some servers take `Name` for `name`: of two such fields, they would act by one and the audit trail name the other. */
const isClear = (value: unknown): boolean => {
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return new Set(names.map((name) => name.toLowerCase())).size === names.length;
};
const Sent = v.pipe(
  v.strictObject({
    ...Message.entries,
    jsonrpc: v.optional(v.unknown()),
    params: v.optional(v.pipe(v.unknown(), v.check(isClear))),
  }),
  v.check(({ id, method }) => id !== undefined || method !== "tools/call"),
);

/**
 * What a client sent, where a server can read nothing else in it: a call that only the server saw would be in no audit
 * trail. @throws {Refusal}
 */
export function readMessages(body: unknown): readonly Message[] {
  const parsed = v.safeParse(v.array(Sent), Array.isArray(body) ? body : [body], { abortEarly: true });
  const ids = parsed.success ? parsed.output.flatMap(({ id, method }) => (method === undefined ? [] : (id ?? []))) : [];
  if (parsed.success && new Set(ids).size === ids.length) return parsed.output;
  const allowed = "jsonrpc, method, params and an id that is a text or a number and differs from the others";
  throw new Refusal(400, `The body is no JSON-RPC: send messages with nothing but ${allowed}.`, -32600);
}

/** A message of more than this, or one that is too much to parse, is passed on without a look into it. */
const mostCharacters = 8 * 2 ** 20;

/** Whether an answer of this type is a stream of events. */
export const isStream = (contentType = ""): boolean => /^text\/event-stream\b/i.test(contentType);

const eventEnd = /\r?\n\r?\n/;

/** Reads along with an answer, as JSON or as a stream of events, and finds the messages in it. */
export interface Reader {
  push(chunk: Buffer): void;
  /** @returns whether there may have been messages that were not found, or may be in another stream */
  end(): boolean;
}

export function openReader(contentType: string | undefined, onMessage: (message: Message) => void): Reader {
  const decoder = new TextDecoder();
  const hasEvents = isStream(contentType);
  let parts: string[] = [];
  let length = 0;
  /** What an event's end may have begun with. */
  let tail = "";
  let tooLong = false;
  let isUnseen = false;

  const take = (json: string): void => {
    if (excessOf(json) !== undefined) {
      isUnseen = true;
      return;
    }
    try {
      for (const message of messagesOf(JSON.parse(json))) onMessage(message);
    } catch {
      // Not ours to judge: the client gets it as it came.
    }
  };
  /** Events end with an empty line: https://html.spec.whatwg.org/multipage/server-sent-events.html */
  const takeEvents = (): void => {
    const events = parts.join("").split(eventEnd);
    parts = [events.pop() ?? ""];
    length = parts[0]?.length ?? 0;
    for (const event of events) {
      // A stream with ids may end early; what is missing is in the next:
      // https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
      isUnseen ||= /^id:/m.test(event);
      const data = event.split(/\r?\n/).flatMap((line) => (line.startsWith("data:") ? [line.slice(5)] : []));
      if (data.length > 0) take(data.join("\n"));
    }
  };

  return {
    push(chunk) {
      if (tooLong) return;
      const piece = decoder.decode(chunk, { stream: true });
      parts.push(piece);
      length += piece.length;
      // A result of some MB comes in hundreds of pieces: looking at all of them each time would take seconds.
      const edge = tail + piece;
      if (hasEvents && eventEnd.test(edge)) takeEvents();
      tail = edge.slice(-3);
      tooLong = length > mostCharacters;
      if (tooLong) parts = [];
    },
    end() {
      if (!tooLong && !hasEvents) take(parts.join(""));
      return tooLong || isUnseen;
    },
  };
}
