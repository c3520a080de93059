import { fieldLine, fieldValue } from "./field.ts";

/** How long a response's body is (RFC 9112, section 6.3). */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

export interface ResponseHead {
  readonly status: number;
  readonly message: string;
  /** Those for the client: names and values in turn, in their order and spelling. */
  readonly headers: string[];
  readonly framing: Framing;
  /** Whether the connection may carry another request. For how long the target keeps it, the balancer does not ask. */
  readonly keepAlive: boolean;
}

/** What a target sent is not HTTP/1.1, or can be read in more than one way. */
export class MalformedResponse extends Error {}

interface Fields {
  length: string | undefined;
  coding: string | undefined;
  connection: string | undefined;
}

const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n/;

/** @param text the head with the line break that ends its last line, one character a byte */
export function parseResponseHead(text: string, method: string): ResponseHead {
  const [first, minor, digits, message = ""] = statusLine.exec(text) ?? [];
  if (first === undefined || digits === undefined) {
    throw new MalformedResponse("The target's answer does not begin with a status line.");
  }
  const fields: Fields = { length: undefined, coding: undefined, connection: undefined };
  const headers: string[] = [];
  for (let at = first.length; at < text.length; ) {
    fieldLine.lastIndex = at;
    const [line, name, spaced] = fieldLine.exec(text) ?? [];
    if (line === undefined || name === undefined || spaced === undefined) {
      throw new MalformedResponse("The target's answer has a line that is not a header.");
    }
    const value = fieldValue(spaced);
    if (goesOn(name.toLowerCase(), value, fields)) headers.push(name, value);
    at += line.length;
  }
  const status = Number(digits);
  const connection = fields.connection?.toLowerCase();
  const framing = framingOf(fields, status, method);
  const keepAlive = minor === "1" ? connection !== "close" : connection === "keep-alive";
  return { status, message, headers, framing, keepAlive: keepAlive && framing.kind !== "until-close" };
}

/** Whether a header is for the client, and not about the connection to the target. */
function goesOn(name: string, value: string, fields: Fields): boolean {
  switch (name) {
    case "content-length":
      if (fields.length !== undefined && fields.length !== value) throw ambiguous();
      fields.length = value;
      return true;
    case "transfer-encoding":
      if (fields.coding !== undefined) throw ambiguous();
      fields.coding = value.toLowerCase();
      return false;
    case "connection":
      fields.connection = value;
      return false;
    case "keep-alive":
    case "proxy-connection":
    case "upgrade":
      return false;
    default:
      return true;
  }
}

function framingOf({ length, coding }: Fields, status: number, method: string): Framing {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return { kind: "none" };
  if (coding !== undefined) {
    // Who forwards both, or a coding it does not know, lets two readers see two bodies.
    if (length !== undefined || coding !== "chunked") throw ambiguous();
    return { kind: "chunked" };
  }
  if (length === undefined) return { kind: "until-close" };
  if (!/^\d{1,15}$/.test(length)) throw ambiguous();
  return length === "0" ? { kind: "none" } : { kind: "length", length: Number(length) };
}

function ambiguous(): MalformedResponse {
  return new MalformedResponse("The target's answer does not say clearly how long its body is.");
}
