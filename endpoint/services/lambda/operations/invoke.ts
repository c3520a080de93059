import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { type ApiCall, define, type Operation, type Operations, RawResponse } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_REQUEST_BYTES = 6_291_456;
const MAX_EVENT_BYTES = 1_048_576;
const LOG_TAIL_BYTES = 4_096;

const invocation = v.object({ FunctionName: v.string(), Qualifier: v.optional(v.string()) });
const invocationType = v.optional(v.picklist(["RequestResponse", "Event", "DryRun"]), "RequestResponse");

export function invokeOperations(engine: LambdaEngine): Operations {
  return { Invoke: invokeOperation(engine) };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
function invokeOperation(engine: LambdaEngine): Operation {
  return define(invocation, async ({ FunctionName, Qualifier }, call) => {
    const type = v.safeParse(invocationType, call.http.headers["x-amz-invocation-type"]);
    if (!type.success) throw invalid("Value at 'invocationType' must be one of RequestResponse, Event, DryRun");
    const target = engine.functions.resolve(FunctionName, Qualifier);
    const payload = payloadOf(call, type.output === "Event" ? MAX_EVENT_BYTES : MAX_REQUEST_BYTES);
    switch (type.output) {
      case "DryRun":
        return answer(204, {}, "");
      case "Event":
        return answer(202, requestIdHeader(engine.asynchronous.accept(FunctionName, payload, Qualifier)), "");
      case "RequestResponse": {
        const { result, requestId, log } = await engine.executor.execute(target, payload);
        const tail = Buffer.from(log.map((line) => `${line}\n`).join("")).subarray(-LOG_TAIL_BYTES);
        return answer(
          200,
          {
            ...requestIdHeader(requestId),
            "content-type": "application/json",
            "x-amz-executed-version": target.version.version,
            ...(result.kind === "function-error" && { "x-amz-function-error": "Unhandled" }),
            ...(call.http.headers["x-amz-log-type"] === "Tail" && { "x-amz-log-result": tail.toString("base64") }),
          },
          result.payload,
        );
      }
    }
  });
}

function payloadOf(call: ApiCall, limit: number): string {
  const { body } = call.http;
  if (body.length > limit) {
    throw new AwsError(
      "RequestTooLargeException",
      `${body.length} byte payload is too large for the limit of ${limit} bytes`,
      413,
    );
  }
  const payload = body.length === 0 ? "{}" : body.toString();
  try {
    JSON.parse(payload);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: Could not parse payload into json: ${reason}`,
    );
  }
  return payload;
}

function requestIdHeader(requestId: string): Record<string, string> {
  return { "x-amzn-requestid": requestId };
}

function answer(status: number, headers: Readonly<Record<string, string>>, body: string): RawResponse {
  return new RawResponse({ status, headers, body });
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
