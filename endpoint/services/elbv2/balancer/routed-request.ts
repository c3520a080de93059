import type { ClientRequest } from "./client.ts";
import type { RoutedRequest } from "./conditions.ts";
import { maxHeaderSize } from "./limits.ts";

/** The status that refuses what the real balancer does not route: no host or two, a target that is not a path. */
export function routedRequest(request: ClientRequest, host: string | undefined): RoutedRequest | 400 | 431 {
  const target = request.url ?? "";
  const { rawHeaders } = request;
  if (host === undefined || !target.startsWith("/") || hasTwoHosts(rawHeaders)) return 400;
  // Over HTTP/1.1 the server has refused it.
  if ("stream" in request && sizeOf(rawHeaders) > maxHeaderSize) return 431;
  const mark = target.indexOf("?");
  return {
    method: request.method ?? "GET",
    host,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers: request.headers,
    clientAddress: request.socket.remoteAddress ?? "127.0.0.1",
  };
}

function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts > 1;
}

function sizeOf(rawHeaders: readonly string[]): number {
  let size = 0;
  for (const part of rawHeaders) size += part.length;
  return size;
}
