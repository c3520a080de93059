import { AwsError } from "./errors.ts";
import { type Exchange, type Outcome, send } from "./exchange.ts";
import type { Codec } from "./protocols/codec.ts";

export type Trail = Pick<Outcome, "service" | "operation" | "caller">;
export type Log = (line: string) => void;

/** Answers an error in the protocol's shape and logs what an operator should know about it. */
export function fail(exchange: Exchange, codec: Codec, trail: Trail, error: unknown, log: Log): Outcome {
  // nginx's code for a client that left before its answer.
  if (exchange.response.destroyed) return { ...trail, status: 499, errorCode: "ClientClosedRequest" };
  const answer = error instanceof AwsError ? error : internalFailure(trail, error, log);
  if (answer.status === 501) log(`not emulated: ${trail.service}.${trail.operation}`);
  exchange.request.resume();
  send(exchange.response, codec.encodeError(answer, exchange.requestId));
  return { ...trail, status: answer.status, errorCode: answer.code };
}

function internalFailure(trail: Trail, error: unknown, log: Log): AwsError {
  log(`internal failure in ${trail.service}.${trail.operation}: ${placeOf(error)}`);
  return new AwsError("InternalFailure", `${trail.service}.${trail.operation} failed inside the local endpoint.`, 500);
}

/** Name and stack without the message, which may quote a secret: that of `JSON.parse` does. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error ? ` ${String(error.code)}` : "";
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return [`${error.name}${code}`, ...frames.slice(0, 5)].join("\n");
}
