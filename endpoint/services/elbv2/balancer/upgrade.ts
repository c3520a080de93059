import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import type { ClientRequest, Entry } from "./client.ts";
import { isRefusedConnection } from "./failure.ts";
import { requestHeaders } from "./headers.ts";
import { rawErrorPage } from "./page.ts";
import type { Selection } from "./stickiness.ts";
import type { Target } from "./target.ts";

/**
 * Passes a WebSocket handshake on and, once the target agreed, joins the two connections. The answer of a target that
 * declines is passed on. The connection counts as a request in flight for as long as it lasts.
 */
export function forwardUpgrade(
  entry: Entry,
  request: ClientRequest,
  client: Duplex,
  head: Buffer,
  { target, choice, cookies }: Selection & { readonly target: Target },
): void {
  const startedAt = performance.now();
  target.acquire();
  let status = 502;
  client.once("close", () => {
    target.release();
    entry.report(request, status, startedAt, target);
    upstream.destroy();
  });
  client.on("error", () => client.destroy());

  const send = target.protocol === "HTTPS" ? httpsRequest : httpRequest;
  const upstream = send({
    host: target.id,
    port: target.port,
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers: upgradeHeaders(entry, request),
    agent: false,
    rejectUnauthorized: false,
  });
  const answered = (response: IncomingMessage) => {
    status = response.statusCode ?? 502;
    choice.meter.answered(status, (performance.now() - startedAt) / 1000);
    client.write(responseHead(response, cookies));
  };
  upstream.once("upgrade", (response, socket, early) => {
    answered(response);
    if (early.length > 0) client.write(early);
    if (head.length > 0) socket.write(head);
    join(client, socket, entry.settings.idleTimeout);
  });
  upstream.once("response", (response) => {
    answered(response);
    response.on("error", () => client.destroy());
    response.pipe(client);
  });
  upstream.once("error", (error) => {
    if (client.destroyed) return;
    if (status !== 502) {
      client.destroy();
      return;
    }
    const refused = isRefusedConnection(error);
    if (refused) target.watch?.recheck("refused");
    choice.meter.unanswered(!refused);
    entry.meter.ownError(502);
    client.end(rawErrorPage(502));
  });
  upstream.end();
}

function upgradeHeaders(entry: Entry, request: ClientRequest): string[] {
  // What `Connection` names is hop-by-hop and was left out; this hop upgrades too.
  const headers = requestHeaders(request.rawHeaders, request.headers, entry.hop(request), entry.settings);
  return [...headers, "Connection", "Upgrade", "Upgrade", request.headers.upgrade ?? "websocket"];
}

function responseHead(response: IncomingMessage, cookies: readonly string[]): string {
  const lines = [`HTTP/1.1 ${response.statusCode} ${response.statusMessage}`];
  const declined = response.statusCode !== 101;
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2) {
    const name = response.rawHeaders[index] ?? "";
    // A declined handshake ends the connection, which also ends its body: no framing of the target's applies.
    if (declined && /^(connection|keep-alive|transfer-encoding)$/i.test(name)) continue;
    lines.push(`${name}: ${response.rawHeaders[index + 1]}`);
  }
  for (const cookie of cookies) lines.push(`Set-Cookie: ${cookie}`);
  if (declined) lines.push("Connection: close");
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function join(client: Duplex, target: Duplex & { setTimeout?(ms: number, onIdle: () => void): unknown }, idle: number) {
  target.on("error", () => client.destroy());
  target.once("close", () => client.destroy());
  client.once("close", () => target.destroy());
  // Every byte passes both connections: one timer sees them all.
  target.setTimeout?.(idle, () => target.destroy());
  client.pipe(target);
  target.pipe(client);
}
