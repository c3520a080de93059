import { PassThrough, type Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { type ClientRequest, type ClientResponse, type Entry, hasBody, onIdle, sendPage, writeHead } from "./client.ts";
import { isClosedConnection, isConnectTimeout, isRefusedConnection } from "./failure.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import type { ErrorStatus } from "./page.ts";
import type { ForwardChoice } from "./route.ts";
import type { Selection } from "./stickiness.ts";
import type { ConnectionUse, Target, TargetRequest } from "./target.ts";

/** Bodies up to this many bytes are sent in one piece, to the target and to the client. */
const smallBody = 64 * 1024;

const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * One request on its way to a target and back. It is its own response handler, so that a request costs one object.
 * It never answers twice, and counts itself exactly once.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  connection: ConnectionUse = { served: 0 };
  #connectionReused = false;
  readonly #entry: Entry;
  readonly #request: ClientRequest;
  readonly #response: ClientResponse;
  readonly #path: string;
  readonly #choice: ForwardChoice;
  readonly #target: Target;
  readonly #cookies: readonly string[];
  #headers: string[] = [];
  #body: Buffer | Readable | null = null;
  #controller: Dispatcher.DispatchController | undefined;
  #sentAt = 0;
  #contentLength = -1;
  #bodyStarted = false;
  #over = false;

  constructor(
    entry: Entry,
    request: ClientRequest,
    response: ClientResponse,
    path: string,
    selection: Selection & { readonly target: Target },
  ) {
    this.#entry = entry;
    this.#request = request;
    this.#response = response;
    this.#path = path;
    this.#choice = selection.choice;
    this.#target = selection.target;
    this.#cookies = selection.cookies;
  }

  start(): void {
    this.#target.acquire();
    const { rawHeaders, headers } = this.#request;
    this.#headers = requestHeaders(rawHeaders, headers, this.#entry.hop(this.#request), this.#entry.settings);
    this.#response.once("close", () => this.#clientGone());
    onIdle(this.#response, this.#entry.settings.idleTimeout, () => this.#idle());
    if (!hasBody(this.#request)) {
      this.#send();
    } else if (Number(this.#request.headers["content-length"]) <= smallBody) {
      this.#collect();
    } else {
      // Not piped as it is: a failing connection would destroy the request and with it the socket the 502 needs.
      this.#body = this.#request.pipe(new PassThrough());
      this.#body.on("error", () => {
        // Reported by `onResponseError`.
      });
      this.#send();
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#connectionReused = this.connection.served > 0;
    this.connection.served += 1;
    if (this.#over) controller.abort(new Error("the client is gone"));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    statusMessage?: string,
  ): void {
    // Interim answers (100, 103) are for the connection between balancer and target.
    if (status < 200 || this.#over) return;
    this.#choice.meter.answered(status, (performance.now() - this.#sentAt) / 1000);
    const flat = responseHeaders(headers);
    for (const cookie of this.#cookies) flat.push("Set-Cookie", cookie);
    writeHead(this.#response, status, statusMessage ?? "", flat);
    const length = headers["content-length"];
    if (typeof length === "string") this.#contentLength = Number(length);
    // A stream's first event may be far off: the headers go out now, unless its first bytes came along with them.
    else process.nextTick(() => this.#flush(controller));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.#bodyStarted = true;
    if (chunk.length === this.#contentLength) {
      // As text of one byte a character, headers and body leave in one write instead of two.
      if (chunk.length <= smallBody) this.#response.end(chunk.toString("latin1"), "latin1");
      else this.#response.end(chunk);
      return;
    }
    if (this.#response.write(chunk)) return;
    controller.pause();
    this.#response.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    if (this.#over) return;
    if (!this.#response.writableEnded) this.#response.end();
    this.#finish(this.#response.statusCode);
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#over) return;
    if (this.#response.headersSent) {
      // The client must see that the answer is cut short, not a complete one.
      this.#finish(this.#response.statusCode);
      this.#response.destroy();
      return;
    }
    if (this.#mayRetry(error)) {
      this.#send();
      return;
    }
    const refused = isRefusedConnection(error);
    if (refused) this.#target.watch?.recheck("refused");
    this.#choice.meter.unanswered(!refused);
    this.#fail(isConnectTimeout(error) ? 504 : 502);
  }

  #collect(): void {
    const chunks: Buffer[] = [];
    this.#request.on("data", (chunk: Buffer) => chunks.push(chunk));
    this.#request.once("end", () => {
      this.#body = chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks);
      if (!this.#over) this.#send();
    });
  }

  #send(): void {
    this.#sentAt = performance.now();
    const request: TargetRequest = {
      path: this.#path,
      method: this.#request.method ?? "GET",
      headers: this.#headers,
      body: this.#body,
      sender: this,
    };
    this.#target.dispatcher.dispatch(request, this);
  }

  /**
   * A target may close a kept-alive connection just as the next request is sent on it. Asking again elsewhere is safe
   * when nothing was answered and asking twice means the same as once (RFC 9110, section 9.2.2). It ends, at the latest,
   * with the first fresh connection.
   */
  #mayRetry(error: Error): boolean {
    const repeatable = this.#body === null && idempotent.has(this.#request.method ?? "");
    return isClosedConnection(error) && repeatable && this.#connectionReused;
  }

  #flush(controller: Dispatcher.DispatchController): void {
    if (this.#over || this.#bodyStarted || controller.aborted) return;
    // On HTTP/2 they are out already.
    if (!("stream" in this.#response)) this.#response.flushHeaders();
  }

  #clientGone(): void {
    if (this.#over) return;
    if (this.#response.writableEnded) {
      this.#finish(this.#response.statusCode);
      return;
    }
    this.#entry.meter.ownError(460);
    this.#finish(460);
    this.#controller?.abort(new Error("the client closed the connection"));
  }

  #idle(): void {
    if (this.#over) return;
    if (this.#response.headersSent) {
      this.#finish(this.#response.statusCode);
      this.#response.destroy();
    } else {
      this.#fail(this.#request.complete ? 504 : 408);
    }
    this.#controller?.abort(new Error("idle timeout"));
  }

  #fail(status: ErrorStatus): void {
    sendPage(this.#response, this.#entry.meter, status);
    this.#finish(status);
  }

  #finish(status: number): void {
    this.#over = true;
    this.#target.release();
    this.#entry.report(this.#request, status, this.#sentAt, this.#target);
  }
}
