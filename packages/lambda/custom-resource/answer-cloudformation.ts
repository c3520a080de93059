import type { MiddlewareObj } from "@middy/core";
import * as v from "valibot";
import { answer } from "./answer.ts";
import { ReturnAddress } from "./return-address.ts";

/**
 * Answers CloudFormation after the handler, whichever way it went. The reason it gives is the error's name alone: a
 * stack's events are read by more people than the function's log, where the message is.
 */
export function answerCloudFormation(): MiddlewareObj<unknown, unknown> {
  return {
    after: ({ event }) => answer(v.parse(ReturnAddress, event), { status: "SUCCESS" }),
    onError: async (request) => {
      const { event, error, context } = request;
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      process.stderr.write(`${JSON.stringify({ level: "error", name, message })}\n`);
      const reason = `${name}; the log of ${context.functionName} says more, request ${context.awsRequestId}`;
      await answer(v.parse(ReturnAddress, event), { status: "FAILED", reason });
      request.response = null;
    },
  };
}
