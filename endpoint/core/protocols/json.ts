import { AwsError } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../service.ts";
import { type Codec, faultOf, isMembers } from "./codec.ts";

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, the version in the content type, which the answer repeats. */
export function jsonCodec(request: HttpRequest, messageMember: (code: string) => string = () => "message"): Codec {
  const type = request.headers["content-type"]?.startsWith("application/x-amz-json-1.0")
    ? "application/x-amz-json-1.0"
    : "application/x-amz-json-1.1";
  return {
    dialect: "json",
    decode: (http) => ({ operation: targetOperation(http), input: parseDocument(http.body) }),
    encode: (_operation, output, requestId) => document(200, type, output, requestId),
    encodeError: (error, requestId) => {
      const answer = document(
        error.status,
        type,
        { __type: error.code, [messageMember(error.code)]: error.message },
        requestId,
      );
      return { ...answer, headers: { ...answer.headers, ...queryErrorHeader(request, error) } };
    },
  };
}

/** `prefix.Operation`; throws `UnknownOperationException` when the header has no operation. */
export function targetOperation(http: HttpRequest): string {
  const operation = http.headers["x-amz-target"]?.split(".").at(-1);
  if (!operation) throw new AwsError("UnknownOperationException", "The header X-Amz-Target names no operation.", 404);
  return operation;
}

/** An empty body is an empty document. Throws `SerializationException`. */
export function parseDocument(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    // The parser's message quotes the body, which may hold a secret.
    throw new AwsError("SerializationException", "The request body is not a JSON document.");
  }
}

/**
 * Services that moved from the query protocol keep their old error codes in this header, for clients that ask for it.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
 */
export function queryErrorHeader(request: HttpRequest, error: AwsError): Readonly<Record<string, string>> {
  return request.headers["x-amzn-query-mode"] === "true"
    ? { "x-amzn-query-error": `${error.code};${faultOf(error)}` }
    : {};
}

export function document(status: number, type: string, output: unknown, requestId: string): HttpResponse {
  return {
    status,
    headers: { "content-type": type, "x-amzn-requestid": requestId },
    body: JSON.stringify(jsonValue(output)),
  };
}

/** Timestamps in seconds since the epoch, binary in base64. */
function jsonValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value instanceof Map) return jsonValue(Object.fromEntries(value));
  if (isMembers(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonValue(inner)]));
  return value;
}
