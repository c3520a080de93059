import type { AwsError } from "../errors.ts";
import type { HttpRequest, HttpResponse, Output } from "../service.ts";

export interface DecodedCall {
  readonly operation: string;
  readonly input: unknown;
}

/** One protocol, both ways. Pure: bytes in, bytes out. */
export interface Codec {
  /** What the error codes of the front door follow: AWS names the same refusal differently per protocol. */
  readonly dialect: "json" | "query" | "ec2" | "rest-json" | "rest-xml";
  /** Throws `AwsError` for what cannot be read. */
  decode(request: HttpRequest): DecodedCall;
  encode(operation: string, output: Output, requestId: string): HttpResponse;
  encodeError(error: AwsError, requestId: string): HttpResponse;
}

/** Objects made of names a client chose: own properties only, so `__proto__` is a name like any other. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLeafObject(value);
}

function isLeafObject(value: object): boolean {
  return value instanceof Date || value instanceof Uint8Array || value instanceof Map;
}

/** `Sender` faults are the client's, `Receiver` faults the service's, as the query protocol distinguishes them. */
export function faultOf(error: AwsError): "Sender" | "Receiver" {
  return error.status < 500 ? "Sender" : "Receiver";
}
