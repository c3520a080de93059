import type { MiddlewareObj } from "@middy/core";
import type { Context } from "aws-lambda";

/** Lambda's context, and the time after which no new work starts: milliseconds since the epoch. */
export type DeadlineContext = Context & { deadline: number };

/** @param reserveMs reserved at the end of the function's time to finish and record what was started */
export function keepDeadline(reserveMs: number): MiddlewareObj<unknown, unknown, Error, DeadlineContext> {
  return {
    before({ context }) {
      context.deadline = Date.now() + context.getRemainingTimeInMillis() - reserveMs;
    },
  };
}
