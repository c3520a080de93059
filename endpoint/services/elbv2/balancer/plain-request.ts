import type { IncomingHttpHeaders } from "node:http";
import { fieldLine, fieldValue } from "./field.ts";
import { maxHeaderSize } from "./limits.ts";

/** Where a client is. */
export interface Peer {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

/** A request that came whole, and that every reader understands alike. */
export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly socket: Peer;
  /** One character a byte. */
  readonly body: string;
  /** Whether the client wants the connection closed behind the answer. */
  readonly isLast: boolean;
}

interface Plain {
  readonly request: PlainRequest;
  /** How many characters of the text it took: others may follow. */
  readonly length: number;
}

const requestLine = /^(DELETE|GET|OPTIONS|PATCH|POST|PUT) (\/[\x21-\x7e]*) HTTP\/1\.1\r\n/;

/** What asks for more than an answer, or for a body of another kind. */
const unusual = new Set(["expect", "te", "trailer", "transfer-encoding", "upgrade"]);

/**
 * Reads a request that is all there, each header once, a body only with its length. Undefined for every other, good or
 * bad, which is for Node's own parser to judge: nothing that two readers could take for two things passes here.
 *
 * @param text one character a byte
 */
export function readPlainRequest(text: string, socket: Peer): Plain | undefined {
  const [first, method, url] = requestLine.exec(text) ?? [];
  if (first === undefined || method === undefined || url === undefined) return undefined;
  const rawHeaders: string[] = [];
  const headers: IncomingHttpHeaders = {};
  let at = first.length;
  while (text.charCodeAt(at) !== 13) {
    fieldLine.lastIndex = at;
    const [line, name, spaced] = fieldLine.exec(text) ?? [];
    if (line === undefined || name === undefined || spaced === undefined) return undefined;
    const lower = name.toLowerCase();
    if (headers[lower] !== undefined || unusual.has(lower)) return undefined;
    const value = fieldValue(spaced);
    headers[lower] = value;
    rawHeaders.push(name, value);
    at += line.length;
  }
  const start = at + 2;
  if (text.charCodeAt(at + 1) !== 10 || start > maxHeaderSize || headers.host === undefined) return undefined;
  const isLast = closes(headers.connection);
  const end = start + lengthOf(headers["content-length"]);
  // Not a number is no end either.
  if (isLast === undefined || !(end <= text.length)) return undefined;
  return { request: { method, url, rawHeaders, headers, socket, body: text.slice(start, end), isLast }, length: end };
}

function lengthOf(header: string | undefined): number {
  if (header === undefined) return 0;
  return /^\d{1,9}$/.test(header) ? Number(header) : Number.NaN;
}

/** Undefined for other options, which name headers of this connection alone. */
function closes(connection: string | undefined): boolean | undefined {
  switch (connection?.toLowerCase()) {
    case undefined:
    case "keep-alive":
      return false;
    case "close":
      return true;
    default:
      return undefined;
  }
}
