import * as v from "valibot";
import type { Audit } from "../model/happening.ts";
import { matches } from "../state/attention.ts";
import { cut } from "./cut.ts";

/** An event as Splunk has it. */
export interface IndexedEvent {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly source?: string | undefined;
  readonly event: unknown;
}

const person = v.object({ id: v.string(), email: v.optional(v.string()) });
const program = v.object({ id: v.string(), name: v.optional(v.string()) });
const auditEvent = v.object({
  action: v.string(),
  outcome: v.optional(v.string()),
  tool: v.optional(v.string()),
  user: v.optional(person),
  client: v.optional(program),
});

const note = v.object({ message: v.string() });

/** The fleet's own events are described, such as the test of a new token; for others only the name is shown. */
function noteOf(source: string, event: unknown): string {
  return source.startsWith("mcp-fleet-") && v.is(note, event) ? event.message : "event";
}

/** Whatever reaches the index is shown; a service that writes events of another form is named by its source. */
export function auditOf({ time, source = "unknown source", event }: IndexedEvent): Audit {
  const known = v.safeParse(auditEvent, event);
  if (!known.success) {
    return { at: time * 1000, source: cut(source), who: cut(source), action: cut(noteOf(source, event)), outcome: "–" };
  }
  const { action, outcome = "–", tool, user, client } = known.output;
  return {
    at: time * 1000,
    source: cut(source),
    who: cut(user?.email ?? user?.id ?? client?.name ?? client?.id ?? "anonymous"),
    action: cut(action),
    ...(tool === undefined ? {} : { tool: cut(tool) }),
    outcome: cut(outcome),
  };
}

/** Whether it has all words of a filter: in who, what, with which outcome, or where. */
export function isFound(filter: string, { who, action, tool = "", outcome, source }: Audit): boolean {
  return matches(filter, who, action, tool, outcome, source);
}
