import middy from "@middy/core";
import type * as v from "valibot";
import { type DeadlineContext, keepDeadline } from "./keep-deadline.ts";
import { parseEvent } from "./parse-event.ts";
import { reportError } from "./report-error.ts";

/**
 * What every function of the fleet has around it: its event is parsed at the door, its errors are logged and thrown
 * without secrets, and it knows how long it may start new work.
 *
 * @param reserveMs reserved at the end of the function's time for finishing cleanly. Default: three seconds
 */
export function receive<Schema extends v.GenericSchema>(schema: Schema, reserveMs = 3_000) {
  return middy<v.InferOutput<Schema>, unknown, Error, DeadlineContext>()
    .use(reportError())
    .use(keepDeadline(reserveMs))
    .use(parseEvent(schema));
}
