import * as v from "valibot";

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

/** An answer of more than this is passed on without a look into it. */
const mostCharacters = 8 * 2 ** 20;

const eventEnd = /\r?\n\r?\n/;

/** Reads along with an answer, as JSON or as a stream of events, and finds the messages in it. */
export interface Reader {
  push(chunk: Buffer): void;
  end(): void;
}

export function openReader(contentType: string, onMessage: (message: Message) => void): Reader {
  const decoder = new TextDecoder();
  const isStream = contentType.startsWith("text/event-stream");
  let parts: string[] = [];
  let length = 0;
  /** What an event's end may have begun with. */
  let tail = "";
  let tooLong = false;

  const take = (json: string): void => {
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
      if (isStream && eventEnd.test(edge)) takeEvents();
      tail = edge.slice(-3);
      tooLong = length > mostCharacters;
      if (tooLong) parts = [];
    },
    end() {
      if (!tooLong && !isStream) take(parts.join(""));
    },
  };
}
