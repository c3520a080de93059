import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { BalancerSettings } from "../model.ts";
import type { Hop } from "./headers.ts";
import type { BalancerMeter } from "./measurements.ts";
import { type ErrorStatus, page } from "./page.ts";
import type { PlainRequest } from "./plain-request.ts";
import { PlainResponse } from "./plain-response.ts";
import type { Target } from "./target.ts";

/** The client's side of an exchange, which speaks HTTP/1.1 or HTTP/2. */
export type ClientRequest = PlainRequest | StreamedRequest;
/** Its body comes piece by piece. */
export type StreamedRequest = IncomingMessage | Http2ServerRequest;
export type ClientResponse = PlainResponse | Http1Response | Http2Response;

type Http1Response = ServerResponse & ResponseBody;
type Http2Response = Http2ServerResponse & ResponseBody;

/** What all kinds of response take; their own overloads differ. */
interface ResponseBody {
  write(chunk: Buffer): boolean;
  end(chunk?: Buffer | string, encoding?: BufferEncoding): unknown;
  once(event: "close" | "drain" | "timeout", listener: () => void): unknown;
}

/** What an exchange needs of the listener it came in through. */
export interface Entry {
  readonly settings: BalancerSettings;
  readonly meter: BalancerMeter;
  hop(request: ClientRequest): Hop;
  /** Lets watchers of the traffic know what a request with a body asks for. */
  overhear(request: ClientRequest): void;
  /** Tells watchers of the traffic that a request is done. `startedAt` is on the scale of `performance.now()`. */
  report(request: ClientRequest, status: number, startedAt: number, target: Target | undefined): void;
}

/** `flat` is a list of names and values. */
export function writeHead(response: ClientResponse, status: number, message: string, flat: string[]): void {
  if (response instanceof PlainResponse) response.writeHead(status, message, flat);
  else if ("stream" in response) response.writeHead(status, grouped(flat));
  else if (message === "") response.writeHead(status, flat);
  else response.writeHead(status, message, flat);
}

export function sendPage(response: ClientResponse, meter: BalancerMeter, status: ErrorStatus): void {
  meter.ownError(status);
  const { body, headers } = page(status);
  writeHead(response, status, "", headers);
  response.end(body);
}

/** Ends an answer that is not complete, so that the client sees as much: a closed connection, or a stream reset. */
export function cutShort(response: ClientResponse): void {
  if ("stream" in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

/** The request, if some of its body is still to come. */
export function upload(request: ClientRequest): StreamedRequest | undefined {
  if ("body" in request) return undefined;
  if ("stream" in request) return request.stream.endAfterHeaders ? undefined : request;
  const length = request.headers["content-length"];
  const hasBody = (length !== undefined && length !== "0") || request.headers["transfer-encoding"] !== undefined;
  return hasBody ? request : undefined;
}

/**
 * Calls back when the connection has been silent in both directions for the idle timeout. On HTTP/1.1 the server's own
 * timer does it; on HTTP/2 a connection carries other requests too, so that each stream has a timer.
 */
export function onIdle(response: ClientResponse, milliseconds: number, listener: () => void): void {
  if ("stream" in response) response.stream.setTimeout(milliseconds, listener);
  else response.once("timeout", listener);
}

function grouped(flat: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = (flat[index] ?? "").toLowerCase();
    const value = flat[index + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
