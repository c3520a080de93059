import type { Fault } from "../calls/metrics.ts";
import type { Failure } from "./message.ts";

/** The server answered with an error of its own. */
export class Refused extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.name = "Refused";
    this.failure = failure;
  }
}

/** The server gave no answer, and why. */
export class NoAnswer extends Error {
  readonly fault: Fault;
  constructor(fault: Fault, message: string) {
    super(message);
    this.name = "NoAnswer";
    this.fault = fault;
  }
}

/** JSON-RPC's range for servers. */
export const unavailable = -32000;

/** As JSON-RPC says it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return error.failure;
  return { code: unavailable, message: error instanceof NoAnswer ? error.message : "The sidecar failed to ask." };
}
