import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/**
 * What is the protocol's own passes; credentials, cookies and what a proxy says do not. A token for this address is of no
 * use behind it, and a server must not get one that is not its own:
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices#token-passthrough
 */
const toServer = new Set(["accept", "accept-language", "content-type", "last-event-id", "traceparent", "user-agent"]);
const toClient = new Set(["allow", "cache-control", "content-type", "retry-after"]);
const sessionHeader = "mcp-session-id";

const isOfProtocol = (name: string): boolean => name.startsWith("mcp-") && name !== sessionHeader;

/**
 * Servers that guard against DNS rebinding all know themselves by this name, and some by no address, such as Playwright's:
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
 */
export const nameOf = ({ port }: URL): string => `localhost:${port}`;

export interface ServerHeaders {
  readonly url: URL;
  readonly bearer: string | undefined;
  readonly session: string | undefined;
  readonly body: string | undefined;
}

/** In pairs, as Node sends them without a look at each. */
export function headersToServer(
  headers: IncomingHttpHeaders,
  { url, bearer, session, body }: ServerHeaders,
): readonly string[] {
  const all = ["host", nameOf(url)];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string" && (toServer.has(name) || isOfProtocol(name))) all.push(name, value);
  }
  if (bearer !== undefined) all.push("authorization", `Bearer ${bearer}`);
  if (session !== undefined) all.push(sessionHeader, session);
  if (body !== undefined) all.push("content-length", String(Buffer.byteLength(body)));
  return all;
}

export function headersToClient({ headers }: IncomingMessage, give: (session: string) => string) {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string" && (toClient.has(name) || isOfProtocol(name))) all[name] = value;
  }
  const session = headers[sessionHeader];
  if (typeof session === "string") all[sessionHeader] = give(session);
  return all;
}
