import { AwsError, notEmulated } from "../errors.ts";
import type { HttpRequest, Protocol, Route } from "../service.ts";
import { type Codec, isMembers } from "./codec.ts";
import { document, parseDocument } from "./json.ts";
import { xml, xmlError } from "./query.ts";
import { type ListElement, readXml, writeXml, xmlMembers } from "./xml.ts";

type RestProtocol = Extract<Protocol, { readonly routes: readonly Route[] }>;

/** "HostedZones" holds "HostedZone", "AddTags" holds "Tag": how Route 53 names the elements of its lists. */
const singular: ListElement = (path) => {
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (name.endsWith("Tags")) return "Tag";
  if (name.endsWith("TagKeys")) return "Key";
  return name.replace(/s$/, "");
};

export function restJsonCodec(protocol: RestProtocol): Codec {
  return {
    dialect: "rest-json",
    decode: (http) => decode(protocol, http, parseDocument),
    encode: (operation, output, requestId) =>
      document(statusOf(protocol, operation), "application/json", output, requestId),
    encodeError: restJsonError,
  };
}

/** The error's code travels in a header: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export function restJsonError(error: AwsError, requestId: string) {
  const body = { Type: error.status < 500 ? "User" : "Service", message: error.message };
  const { headers, ...answer } = document(error.status, "application/json", body, requestId);
  return { ...answer, headers: { ...headers, "x-amzn-errortype": error.code } };
}

export function restXmlCodec(protocol: RestProtocol): Codec {
  const listElement = protocol.listElement ?? singular;
  return {
    dialect: "rest-xml",
    decode: (http) => decode(protocol, http, (body) => (body.length === 0 ? {} : readXml(body, listElement))),
    encode: (operation, output, requestId) =>
      xml(
        statusOf(protocol, operation),
        requestId,
        writeXml(`${operation}Response`, protocol.namespace, xmlMembers(output, listElement)),
      ),
    encodeError: (error, requestId) => xmlError(error, requestId, protocol.namespace),
  };
}

function decode(protocol: RestProtocol, http: HttpRequest, read: (body: Buffer) => unknown) {
  const { route, names } = matchRoute(protocol.routes, http);
  const body = route.body === "blob" ? {} : read(http.body);
  if (!isMembers(body)) throw new AwsError("SerializationException", "The request body is not an object.");
  return { operation: route.operation, input: { ...body, ...queryMembers(http.query), ...names } };
}

function statusOf(protocol: RestProtocol, operation: string): number {
  return protocol.routes.find((route) => route.operation === operation)?.status ?? 200;
}

interface Match {
  readonly route: Route;
  readonly names: Readonly<Record<string, string>>;
  /** Literal segments: the more, the closer the match. */
  readonly literals: number;
}

function matchRoute(routes: readonly Route[], http: HttpRequest): Match {
  const segments = segmentsOf(http.path);
  let best: Match | undefined;
  for (const route of routes) {
    const match = route.method === http.method ? matchPath(route, segments) : undefined;
    if (match && match.literals > (best?.literals ?? -1)) best = match;
  }
  if (!best) throw notEmulated(`${http.method} ${http.path}`);
  return best;
}

function matchPath(route: Route, segments: readonly string[]): Match | undefined {
  const pattern = segmentsOf(route.path);
  const names: [string, string][] = [];
  let literals = 0;
  for (const [index, part] of pattern.entries()) {
    const name = /^\{([^}+]+)(\+?)\}$/.exec(part);
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (name?.[2] === "+") {
      const rest = segments.slice(index).map(decodeSegment).join("/");
      return { route, names: Object.fromEntries([...names, [name[1], rest]]), literals };
    }
    if (name?.[1] !== undefined) names.push([name[1], decodeSegment(segment)]);
    else if (part === segment) literals += 1;
    else return undefined;
  }
  return segments.length === pattern.length ? { route, names: Object.fromEntries(names), literals } : undefined;
}

/** A trailing slash is nobody's segment: clients of one API differ in it. */
function segmentsOf(path: string): readonly string[] {
  return path.replace(/^\/+|(?<!\/)\/+$/g, "").split("/");
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new AwsError("InvalidURI", `The path segment ${segment} is not percent-encoded text.`);
  }
}

function queryMembers(query: URLSearchParams): Readonly<Record<string, string | readonly string[]>> {
  const names = new Set([...query.keys()].filter((name) => !/^x-amz-/i.test(name)));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 && values[0] !== undefined ? values[0] : values];
    }),
  );
}
