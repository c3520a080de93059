import { Encoder } from "cbor-x";
import { AwsError } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../service.ts";
import { type Codec, isMembers } from "./codec.ts";
import { queryErrorHeader } from "./json.ts";

const cbor = new Encoder({ useRecords: false, tagUint8Array: false, variableMapSize: true });
const operationPath = /^\/service\/[^/]+\/operation\/([A-Za-z0-9_]+)\/?$/;

/** Smithy RPC v2 CBOR, which botocore prefers for CloudWatch. https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
export function cborCodec(request: HttpRequest): Codec {
  return {
    dialect: "json",
    decode: (http) => ({ operation: pathOperation(http), input: parse(http.body) }),
    encode: (_operation, output, requestId) => answer(200, output, requestId),
    encodeError: (error, requestId) => {
      const { headers, ...rest } = answer(error.status, { __type: error.code, message: error.message }, requestId);
      return { ...rest, headers: { ...headers, ...queryErrorHeader(request, error) } };
    },
  };
}

function pathOperation(http: HttpRequest): string {
  const operation = operationPath.exec(http.path)?.[1];
  if (!operation) throw new AwsError("UnknownOperationException", `No operation in the path ${http.path}.`, 404);
  return operation;
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return plain(cbor.decode(body));
  } catch {
    throw new AwsError("SerializationException", "The request body is not a CBOR document.");
  }
}

function answer(status: number, output: unknown, requestId: string): HttpResponse {
  return {
    status,
    headers: {
      "content-type": "application/cbor",
      "smithy-protocol": "rpc-v2-cbor",
      "x-amzn-requestid": requestId,
    },
    body: cbor.encode(plain(output)),
  };
}

/** The shapes JSON has too, with `Date` and bytes kept: no `undefined` members, no big integers, no maps. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (!isMembers(value)) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(present.map(([name, inner]) => [name, plain(inner)]));
}
