import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

/** The request without its body, as the SDK's handler takes it. */
export function toWebRequest(req: IncomingMessage, url: URL, signal?: AbortSignal): Request {
  const headers = new Headers();
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    headers.append(req.rawHeaders[at] ?? "", req.rawHeaders[at + 1] ?? "");
  }
  return new Request(url, { method: req.method ?? "GET", headers, ...(signal === undefined ? {} : { signal }) });
}

/** Other proxies on the way may be less patient than the balancer. */
const mostQuietMs = 15_000;

/** How long an answer may be quiet, in milliseconds, where the balancer closes what is quiet for so many seconds. */
export function keepAliveOf(idleTimeoutSeconds: number): number {
  return Math.min(mostQuietMs, (idleTimeoutSeconds * 1000) / 3);
}

const streamType = "text/event-stream";

/**
 * Sends what the SDK's handler answers; a stream as it comes, no faster than the client reads it. An answer that takes
 * longer than `keepAliveMs` becomes a stream, with a comment now and then: the balancer closes a connection that
 * carries nothing for its idle timeout. (The SDK does so itself once there is a stream, and before 2026-07-28 always.)
 */
export async function sendWebResponse(
  answering: Promise<Response>,
  res: ServerResponse,
  keepAliveMs: number,
): Promise<void> {
  const quiet = setInterval(() => {
    if (!res.headersSent) res.writeHead(200, { "Content-Type": streamType, "Cache-Control": "no-cache" });
    res.write(": keepalive\n\n");
  }, keepAliveMs);
  // What nobody waits for any more may never be answered.
  res.once("close", () => clearInterval(quiet));
  const response = await answering.finally(() => clearInterval(quiet));
  if (res.headersSent) {
    if (response.headers.get("content-type")?.startsWith(streamType)) await pipe(response, res);
    else res.write(`event: message\ndata: ${await response.text()}\n\n`);
    res.end();
    return;
  }
  for (const [name, value] of response.headers) res.setHeader(name, value);
  res.statusCode = response.status;
  if (response.body === null) {
    res.end();
    return;
  }
  if (!response.headers.get("content-type")?.startsWith(streamType)) {
    res.end(await response.text());
    return;
  }
  // A stream that ends at once is one packet with its head and its end; of others the head goes ahead.
  // (The response's own `cork` would send its end before what it holds.)
  const { socket } = res;
  socket?.cork();
  setImmediate(() => socket?.uncork());
  res.flushHeaders();
  await pipe(response, res);
  res.end();
}

async function pipe({ body }: Response, res: ServerResponse): Promise<void> {
  for await (const chunk of body ?? []) {
    if (res.destroyed) return;
    if (!res.write(chunk)) await Promise.race([once(res, "drain"), once(res, "close")]);
  }
}
