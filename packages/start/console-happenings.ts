import type { JournalEntry, RequestReport } from "@mcp-fleet/endpoint";
import type { IndexedEvent } from "@mcp-fleet/endpoint/doubles/hec";
import * as v from "valibot";
import type { Audit, Call, Request } from "#console/model/happening.ts";
import type { StagePlan } from "#fleet";

/** Hosts and paths come from outside; the page needs no more of them. */
const longest = 200;
const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

export function requestOf(report: RequestReport, plan: StagePlan, at: number): Request {
  const { method, path, status, duration } = report;
  const host = report.host.replace(/:\d+$/, "").toLowerCase();
  const service = plan.services.find(({ hostname }) => hostname === host)?.key;
  return {
    at,
    ...(service === undefined ? {} : { service }),
    host: cut(host),
    method: cut(method),
    path: cut(path),
    status,
    ms: duration,
  };
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

export function callOf({ at, service, operation, caller, status, ms, errorCode }: JournalEntry): Call {
  return {
    at,
    service: cut(service),
    operation: cut(operation),
    ...(caller === undefined ? {} : { caller: cut(caller.slice(caller.indexOf("/") + 1)) }),
    status,
    ms,
    ...(errorCode === undefined ? {} : { errorCode: cut(errorCode) }),
  };
}
