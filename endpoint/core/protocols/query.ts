import { AwsError } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../service.ts";
import { type Codec, faultOf, isMembers } from "./codec.ts";
import { type ListElement, writeXml, xmlMembers } from "./xml.ts";

const member: ListElement = () => "member";
const maxDepth = 32;

/** AWS Query: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function queryCodec(namespace: string | undefined, listElement: ListElement = member): Codec {
  return {
    dialect: "query",
    decode: (http) => decodeForm(http, "wrapped"),
    encode: (operation, output, requestId) =>
      xml(
        200,
        requestId,
        writeXml(`${operation}Response`, namespace, {
          [`${operation}Result`]: xmlMembers(output, listElement),
          ResponseMetadata: { RequestId: requestId },
        }),
      ),
    encodeError: (error, requestId) => xmlError(error, requestId, namespace),
  };
}

/** EC2 Query: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export function ec2Codec(namespace: string): Codec {
  return {
    dialect: "ec2",
    decode: (http) => decodeForm(http, "flattened"),
    encode: (operation, output, requestId) =>
      xml(
        200,
        requestId,
        writeXml(`${operation}Response`, namespace, { requestId, ...xmlMembers(output, () => "item") }),
      ),
    encodeError: (error, requestId) =>
      xml(
        error.status,
        requestId,
        writeXml("Response", undefined, {
          Errors: { Error: xmlMembers({ Code: error.code, Message: error.message }, member) },
          RequestID: requestId,
        }),
      ),
  };
}

/** The error document of the query protocol, which Route 53's REST protocol shares. */
export function xmlError(error: AwsError, requestId: string, namespace: string | undefined): HttpResponse {
  // Services of this protocol have this name for what the JSON ones call ValidationException.
  const code = error.code === "ValidationException" ? "ValidationError" : error.code;
  const content = {
    Error: xmlMembers({ Type: faultOf(error), Code: code, Message: error.message }, member),
    RequestId: requestId,
  };
  return xml(error.status, requestId, writeXml("ErrorResponse", namespace, content));
}

export function xml(status: number, requestId: string, body: string): HttpResponse {
  return { status, headers: { "content-type": "text/xml;charset=utf-8", "x-amzn-requestid": requestId }, body };
}

type Lists = "wrapped" | "flattened";

function decodeForm(http: HttpRequest, lists: Lists) {
  const form = http.body.length > 0 ? new URLSearchParams(http.body.toString("utf8")) : http.query;
  const operation = form.get("Action");
  if (!operation) throw new AwsError("MissingAction", "The request has no parameter Action.");
  const root = new Map<string, Node>();
  for (const [name, value] of form) {
    if (name !== "Action" && name !== "Version" && !name.startsWith("X-Amz-")) place(root, name.split("."), value);
  }
  const input = Object.fromEntries([...root].map(([name, node]) => [name, build(node, lists)]));
  return { operation, input };
}

type Node = string | Map<string, Node>;

function place(root: Map<string, Node>, path: readonly string[], value: string): void {
  if (path.length > maxDepth) throw malformed();
  let node = root;
  for (const name of path.slice(0, -1)) {
    const next = node.get(name);
    if (next instanceof Map) {
      node = next;
      continue;
    }
    // `Names=` next to `Names.member.1=a`: the longer one holds the value.
    const child = new Map<string, Node>();
    node.set(name, child);
    node = child;
  }
  const last = path.at(-1) ?? "";
  if (!(node.get(last) instanceof Map)) node.set(last, value);
}

function malformed(): AwsError {
  return new AwsError("MalformedQueryString", `A parameter name has more than ${maxDepth} parts.`);
}

function build(node: Node, lists: Lists): unknown {
  if (typeof node === "string") return node;
  const elements = indexed(node);
  if (elements) return elements.map((element) => build(element, lists));
  const only = node.size === 1 ? [...node][0] : undefined;
  if (lists === "wrapped" && only) {
    const [name, inner] = only;
    const wrapped = inner instanceof Map ? indexed(inner) : undefined;
    if (wrapped && name === "entry") return entries(wrapped.map((element) => build(element, lists)));
    if (wrapped) return wrapped.map((element) => build(element, lists));
    // An empty list is sent as `Names.member=` by some clients.
    if (name === "member" && inner === "") return [];
  }
  return Object.fromEntries([...node].map(([name, inner]) => [name, build(inner, lists)]));
}

/** The children in order when every name is an index, as in `member.1`, `member.2`. */
function indexed(node: Map<string, Node>): readonly Node[] | undefined {
  const names = [...node.keys()];
  if (!names.every((name) => /^\d{1,9}$/.test(name))) return undefined;
  return [...node].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

/** `key` and `value`, but `Name` and `Value` in SNS's message attributes. */
/** The pairs of a map: `key` and `value`, in SNS `Name` and `Value`. */
function entries(pairs: readonly unknown[]): unknown {
  return Object.fromEntries(
    pairs.flatMap((pair) => {
      if (!isMembers(pair)) return [];
      const key = pair.key ?? pair.Name;
      return typeof key === "string" ? [[key, pair.value ?? pair.Value]] : [];
    }),
  );
}
