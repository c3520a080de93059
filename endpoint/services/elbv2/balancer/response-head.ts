/** How long a response's body is (RFC 9112, section 6.3). */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

export interface ResponseHead {
  readonly status: number;
  readonly message: string;
  /** Names and values in turn, in their order and spelling. */
  readonly headers: readonly string[];
  readonly framing: Framing;
  /** Whether the connection may carry another request. For how long the target keeps it, the balancer does not ask. */
  readonly keepAlive: boolean;
}

/** What a target sent is not HTTP/1.1, or can be read in more than one way. */
export class MalformedResponse extends Error {}

interface Fields {
  readonly flat: string[];
  length: string | undefined;
  coding: string | undefined;
  connection: string | undefined;
}

/** @param text the head without the empty line that ends it. */
export function parseResponseHead(text: string, method: string): ResponseHead {
  const [first = "", ...lines] = text.split("\r\n");
  const [, minor, digits, message = ""] = /^HTTP\/1\.([01]) (\d{3})(?: ([\t\x20-\x7e\x80-\xff]*))?$/.exec(first) ?? [];
  if (digits === undefined) throw new MalformedResponse("The target's answer does not begin with a status line.");
  const fields: Fields = { flat: [], length: undefined, coding: undefined, connection: undefined };
  for (const line of lines) takeField(fields, line);
  const status = Number(digits);
  const connection = fields.connection?.toLowerCase();
  const framing = framingOf(fields, status, method);
  const keepAlive = minor === "1" ? connection !== "close" : connection === "keep-alive";
  return {
    status,
    message,
    headers: fields.flat,
    framing,
    keepAlive: keepAlive && framing.kind !== "until-close",
  };
}

function takeField(fields: Fields, line: string): void {
  const colon = line.indexOf(":");
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  if (colon < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new MalformedResponse("The target's answer has a line that is not a header.");
  }
  fields.flat.push(name, value);
  switch (name.toLowerCase()) {
    case "content-length":
      if (fields.length !== undefined && fields.length !== value) throw ambiguous();
      fields.length = value;
      return;
    case "transfer-encoding":
      if (fields.coding !== undefined) throw ambiguous();
      fields.coding = value.toLowerCase();
      return;
    case "connection":
      fields.connection = value;
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
