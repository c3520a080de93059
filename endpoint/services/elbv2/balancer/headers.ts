import { randomFillSync } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { BalancerSettings, ListenerProtocol } from "../model.ts";

/** Headers about one connection, which end here (RFC 9110, section 7.6.1), and those the balancer writes itself. */
const notForwarded = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "expect",
  "http2-settings",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-amzn-trace-id",
]);

/** Where a request came from and in, for the `X-Forwarded-*` headers. */
export interface Hop {
  readonly clientAddress: string;
  readonly clientPort: number | undefined;
  readonly protocol: ListenerProtocol;
  /** As text: it is written into every request. */
  readonly port: string;
}

/**
 * The headers a target gets, as a flat list of names and values: the client's own in their order and spelling, then
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 */
export function requestHeaders(
  raw: readonly string[],
  headers: IncomingHttpHeaders,
  hop: Hop,
  settings: BalancerSettings,
): string[] {
  const named = headersNamedBy(headers.connection);
  const forwarded: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    const lower = name.toLowerCase();
    // HTTP/2 pseudo-headers start with a colon; `:authority` is the host.
    if (lower.charCodeAt(0) === 58 || notForwarded.has(lower) || named?.has(lower)) continue;
    forwarded.push(name, raw[index + 1] ?? "");
  }
  if (headers.host === undefined && typeof headers[":authority"] === "string") {
    forwarded.push("Host", headers[":authority"]);
  }
  const forwardedFor = forwardedForValue(headers["x-forwarded-for"], hop, settings);
  if (forwardedFor !== undefined) forwarded.push("X-Forwarded-For", forwardedFor);
  const proto = hop.protocol === "HTTPS" ? "https" : "http";
  forwarded.push("X-Forwarded-Proto", proto, "X-Forwarded-Port", hop.port);
  forwarded.push("X-Amzn-Trace-Id", traceId(headers["x-amzn-trace-id"]));
  return forwarded;
}

function headersNamedBy(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return undefined;
  return new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
}

function forwardedForValue(
  given: string | string[] | undefined,
  hop: Hop,
  settings: BalancerSettings,
): string | undefined {
  const before = typeof given === "string" ? given : given?.join(", ");
  switch (settings.forwardedFor) {
    case "remove":
      return undefined;
    case "preserve":
      return before;
    case "append": {
      const withPort = settings.forwardedForClientPort && hop.clientPort !== undefined;
      const client = withPort ? `${hop.clientAddress}:${hop.clientPort}` : hop.clientAddress;
      return before === undefined ? client : `${before}, ${client}`;
    }
  }
}

/**
 * A `Root` of version 1: seconds in hexadecimal, then 96 random bits. One that the client sent is kept, and the
 * balancer adds its own as `Self`.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 */
function traceId(given: string | string[] | undefined): string {
  const own = `1-${secondsInHex()}-${random96()}`;
  const before = typeof given === "string" ? given : given?.[0];
  return before === undefined || !before.includes("Root=") ? `Root=${own}` : `Self=${own};${before}`;
}

let seconds = 0;
let hex = "";

function secondsInHex(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== seconds) [seconds, hex] = [now, now.toString(16)];
  return hex;
}

const random = Buffer.alloc(12 * 256);
let used = random.length;

/** 96 bits, drawn for many requests at once. */
function random96(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += 12;
  return random.toString("hex", used - 12, used);
}
