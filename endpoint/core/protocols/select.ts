import { type AwsError, notEmulated } from "../errors.ts";
import type { HttpRequest, HttpResponse, Protocol } from "../service.ts";
import { cborCodec } from "./cbor.ts";
import { type Codec, isMembers } from "./codec.ts";
import { isForm } from "./form.ts";
import { jsonCodec } from "./json.ts";
import { ec2Codec, queryCodec, xml } from "./query.ts";
import { restJsonCodec, restJsonError, restXmlCodec } from "./rest.ts";
import { writeXml, xmlMembers } from "./xml.ts";

/** The codec for this request to a service that speaks `protocol`. */
export function codecFor(protocol: Protocol, request: HttpRequest): Codec {
  switch (protocol.kind) {
    case "json":
      return isCbor(request) ? cborCodec(request) : jsonCodec(request, protocol.messageMember);
    case "query":
      if (isCbor(request)) return withStringLeaves(cborCodec(request));
      if (isJson(request)) return withStringLeaves(jsonCodec(request));
      return queryCodec(protocol.namespace, protocol.listElement);
    case "ec2":
      return ec2Codec(protocol.namespace);
    case "rest-json":
      return restJsonCodec(protocol);
    case "rest-xml":
      return restXmlCodec(protocol);
  }
}

/** The codec for a request to a service that is not written here: guessed, to refuse it in its own shape. */
export function codecByRequest(request: HttpRequest, signingName?: string): Codec {
  if (signingName === "s3") return { ...unroutedCodec, dialect: "rest-xml", encodeError: s3Error };
  if (isCbor(request)) return cborCodec(request);
  if (isJson(request)) return jsonCodec(request);
  if (isForm(request)) return queryCodec(undefined);
  return unroutedCodec;
}

const unroutedCodec: Codec = {
  dialect: "rest-json",
  decode: (http) => ({ operation: `${http.method} ${http.path}`, input: {} }),
  encode: (operation) => {
    throw notEmulated(operation);
  },
  encodeError: restJsonError,
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function s3Error({ code, message, status }: AwsError, requestId: string): HttpResponse {
  const content = xmlMembers({ Code: code, Message: message, RequestId: requestId }, () => "member");
  return xml(status, requestId, writeXml("Error", undefined, content));
}

function isCbor(request: HttpRequest): boolean {
  return request.headers["smithy-protocol"] === "rpc-v2-cbor";
}

function isJson(request: HttpRequest): boolean {
  return request.headers["x-amz-target"] !== undefined;
}

function withStringLeaves(codec: Codec): Codec {
  return {
    ...codec,
    decode: (http) => {
      const { operation, input } = codec.decode(http);
      return { operation, input: stringLeaves(input) };
    },
  };
}

function stringLeaves(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stringLeaves);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isMembers(value)) {
    const present = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
    return Object.fromEntries(present.map(([name, inner]) => [name, stringLeaves(inner)]));
  }
  return typeof value === "string" || value === null || value === undefined ? value : String(value);
}
