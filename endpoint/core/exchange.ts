import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpRequest, HttpResponse } from "./service.ts";

/** One request on the way through the front door, its head read and its body not yet. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: HttpRequest;
  readonly requestId: string;
}

/** What the journal keeps of it. */
export interface Outcome {
  readonly service: string;
  readonly operation: string;
  readonly caller?: string;
  readonly status: number;
  readonly errorCode?: string;
}

export function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  return {
    request,
    response,
    requestId: randomUUID(),
    head: {
      method: request.method ?? "GET",
      path: mark < 0 ? url : url.slice(0, mark),
      query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
      headers: Object.fromEntries(headers),
      body: Buffer.alloc(0),
    },
  };
}

export function send(response: ServerResponse, answer: HttpResponse): void {
  if (response.destroyed) return;
  if (answer.status === 204) {
    response.writeHead(answer.status, { ...answer.headers }).end();
    return;
  }
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, { ...answer.headers, "content-length": body.length });
  response.end(body);
}
