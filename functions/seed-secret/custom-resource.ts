import type { MiddlewareObj } from "@middy/core";
import * as v from "valibot";
import { answer } from "./answer.ts";
import { ReturnAddress } from "./request.ts";

/**
 * Answers CloudFormation after the handler, whichever way it went. A failure is told by name alone: a message may
 * repeat what was sent, and a stack's events are no place for that.
 */
export function answerCloudFormation(): MiddlewareObj<unknown, unknown> {
  return {
    after: ({ event }) => answer(v.parse(ReturnAddress, event), { status: "SUCCESS" }),
    onError: async (request) => {
      const { event, error } = request;
      const reason = `${error instanceof Error ? error.name : "Error"}; see the log of the function for request ${request.context.awsRequestId}`;
      await answer(v.parse(ReturnAddress, event), { status: "FAILED", reason });
      request.response = null;
    },
  };
}
