import type { InvocationResult } from "#endpoint/core/ports.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_RESPONSE_BYTES = 6_291_556;

export function functionError(errorType: string, errorMessage: string): InvocationResult {
  return { kind: "function-error", payload: JSON.stringify({ errorType, errorMessage }) };
}

export function timeoutWords(seconds: number): string {
  return `Task timed out after ${seconds.toFixed(2)} seconds`;
}

export function timedOut(requestId: string, seconds: number): InvocationResult {
  return functionError("Sandbox.Timedout", `RequestId: ${requestId} Error: ${timeoutWords(seconds)}`);
}

/** Node.js ends with 13 when nothing is left to do and the handler's promise is still pending. */
const UNSETTLED =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#process_exit_codes";

/** The process ended before it answered. */
export function exited(requestId: string, exit: { code: number | null; signal: string | null }): InvocationResult {
  if (exit.code === 13) return functionError("Runtime.NodeJsExit", UNSETTLED);
  const reason =
    exit.code === 0
      ? "Runtime exited without providing a reason"
      : `Runtime exited with error: ${exit.signal === null ? `exit status ${exit.code}` : `signal: ${exit.signal}`}`;
  return functionError("Runtime.ExitError", `RequestId: ${requestId} Error: ${reason}`);
}

export function answered(body: string): InvocationResult {
  const bytes = Buffer.byteLength(body);
  if (bytes <= MAX_RESPONSE_BYTES) return { kind: "success", payload: body };
  return functionError(
    "Function.ResponseSizeTooLarge",
    `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  );
}

/** The text as JSON, or the text itself where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
