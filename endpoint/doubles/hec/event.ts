import * as v from "valibot";
import type { Answer } from "./answer.ts";
import type { HecToken } from "./token.ts";

/** An event as Splunk would index it. */
export interface IndexedEvent {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly host?: string | undefined;
  readonly source?: string | undefined;
  readonly sourcetype?: string | undefined;
  readonly index: string;
  readonly event: unknown;
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** Name of the token it came with. */
  readonly token: string;
}

const envelope = v.object({
  time: v.optional(v.union([v.number(), v.pipe(v.string(), v.transform(Number), v.number())])),
  host: v.optional(v.string()),
  source: v.optional(v.string()),
  sourcetype: v.optional(v.string()),
  index: v.optional(v.string()),
  event: v.optional(v.unknown()),
  fields: v.optional(v.record(v.string(), v.unknown())),
});

export interface Reading {
  readonly events: readonly IndexedEvent[];
  readonly answer: Answer;
}

/**
 * Reads a body of HEC's event endpoint: objects one after the other, with or without white space, or an array of them.
 * The events before a bad one are accepted, so the answer names its number.
 */
export function readEvents(body: string, token: HecToken): Reading {
  const events: IndexedEvent[] = [];
  const parts = splitObjects(body);
  if (parts.length === 0) return { events, answer: { code: 5 } };
  for (const [number, part] of parts.entries()) {
    const read = readEvent(part, token);
    if (!("event" in read)) return { events, answer: { ...read, invalidEventNumber: number } };
    events.push(read);
  }
  return { events, answer: { code: 0 } };
}

function readEvent(text: string, token: HecToken): IndexedEvent | Answer {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), envelope), text);
  if (!parsed.success) return { code: 6 };
  const { event, index = token.defaultIndex, time = Date.now() / 1000, ...rest } = parsed.output;
  if (event === undefined || event === null) return { code: 12 };
  if (event === "") return { code: 13 };
  if (token.indexes.length > 0 && !token.indexes.includes(index)) return { code: 7 };
  return {
    source: token.defaultSource,
    sourcetype: token.defaultSourcetype,
    ...rest,
    time,
    index,
    event,
    token: token.name,
  };
}

/** Strings, so that a brace in one does not count, and the brackets. One without an end goes on to the text's. */
const structure = /"(?:\\.|[^"\\])*(?:"|\\?$)|[{}[\]]/gs;

/** The objects of a body, as text: JSON.parse takes one value at a time, HEC takes many without a separator. */
function splitObjects(body: string): readonly string[] {
  const trimmed = body.trim();
  const text = trimmed.startsWith("[") && trimmed.endsWith("]") ? trimmed.slice(1, -1) : trimmed;
  const ends: number[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(structure)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    if (depth === 0 && !token.startsWith('"')) ends.push(index + 1);
  }
  return [...ends, text.length]
    .map((end, number) => text.slice(ends[number - 1] ?? 0, end).replace(/^[\s,]+/, ""))
    .filter((part) => part !== "");
}
