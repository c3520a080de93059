import type { MiddlewareObj } from "@middy/core";
import * as v from "valibot";

/** An event that this function does not accept. It names the field, never the value. */
export class EventError extends Error {
  override readonly name = "EventError";
}

/** Parses the event at the door: the handler sees the schema's output, or nothing at all. */
export function parseEvent<Schema extends v.GenericSchema>(schema: Schema): MiddlewareObj<v.InferOutput<Schema>> {
  return {
    before(request) {
      const parsed = v.safeParse(schema, request.event);
      if (!parsed.success) throw new EventError(describe(parsed.issues[0]));
      request.event = parsed.output;
    },
  };
}

/** The schema library's own message quotes what it received, which may be a secret. */
function describe(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue);
  return `The event${field === null ? "" : `'s ${field}`} is not ${issue.expected ?? "valid"}.`;
}
