import type { MiddlewareObj } from "@middy/core";
import * as v from "valibot";
import { answer } from "../custom-resource/answer.ts";
import { ReturnAddress } from "../custom-resource/return-address.ts";

/**
 * Answers CloudFormation after the handler, on success and on failure; any other event is left alone. The reason it
 * gives is only the error's name: more people read a stack's events than the function's log, where the message is.
 */
export function answerCloudFormation(): MiddlewareObj<unknown, unknown> {
  return {
    async after({ event }) {
      if (v.is(ReturnAddress, event)) await answer(v.parse(ReturnAddress, event), { status: "SUCCESS" });
    },
    async onError(request) {
      const { event, error, context } = request;
      if (!v.is(ReturnAddress, event)) return;
      const reason = `${error?.name ?? "Error"}; the log of ${context.functionName} has more, request ${context.awsRequestId}`;
      await answer(v.parse(ReturnAddress, event), { status: "FAILED", reason });
      request.response = null;
    },
  };
}
