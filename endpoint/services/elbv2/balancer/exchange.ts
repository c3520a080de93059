import {
  type ClientRequest,
  type ClientResponse,
  cutShort,
  type Entry,
  onIdle,
  type StreamedRequest,
  sendPage,
  upload,
  writeHead,
} from "./client.ts";
import type { Connection, ResponseReader } from "./connection.ts";
import { ConnectTimeout, isRefusedConnection } from "./failure.ts";
import { requestHeaders } from "./headers.ts";
import type { ErrorStatus } from "./page.ts";
import { sendBody } from "./request-body.ts";
import { fitsHttp1, requestHead } from "./request-head.ts";
import type { ResponseHead } from "./response-head.ts";
import type { ForwardChoice } from "./route.ts";
import type { Selection } from "./stickiness.ts";
import type { Target } from "./target.ts";

/** Bodies up to this many bytes are sent to the client in one piece with the headers. */
const smallBody = 64 * 1024;

/**
 * One request on its way to a target and back. It is its own response reader, so that a request costs one object.
 * It never answers twice, and counts itself exactly once.
 */
export class Exchange implements ResponseReader {
  readonly #entry: Entry;
  readonly #request: ClientRequest;
  readonly #response: ClientResponse;
  readonly #method: string;
  readonly #path: string;
  readonly #choice: ForwardChoice;
  readonly #target: Target;
  readonly #cookies: readonly string[];
  readonly #upload: StreamedRequest | undefined;
  #connection: Connection | undefined;
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
    this.#method = request.method ?? "GET";
    this.#path = path;
    this.#choice = selection.choice;
    this.#target = selection.target;
    this.#cookies = selection.cookies;
    this.#upload = upload(request);
  }

  start(): void {
    const { rawHeaders, headers } = this.#request;
    const fields = requestHeaders(rawHeaders, headers, this.#entry.hop(this.#request), this.#entry.settings);
    const chunked = this.#upload !== undefined && headers["content-length"] === undefined;
    if (chunked) fields.push("Transfer-Encoding", "chunked");
    this.#target.acquire();
    if ("stream" in this.#request && !fitsHttp1(this.#path, fields)) {
      this.#fail(400);
      return;
    }
    this.#response.once("close", this.#clientGone);
    onIdle(this.#response, this.#entry.settings.idleTimeout, this.#idle);
    const body = "body" in this.#request ? this.#request.body : "";
    const connection = this.#send(requestHead(this.#method, this.#path, fields) + body);
    if (body !== "" || this.#upload !== undefined) this.#entry.overhear(this.#request);
    if (this.#upload !== undefined) sendBody(this.#upload, connection, chunked);
  }

  onHead({ status, message, headers, framing }: ResponseHead): void {
    if (this.#over) return;
    this.#choice.meter.answered(status, (performance.now() - this.#sentAt) / 1000);
    const { length } = this.#cookies;
    const flat = length === 0 ? headers : [...headers, ...this.#cookies.flatMap((cookie) => ["Set-Cookie", cookie])];
    writeHead(this.#response, status, message, flat);
    if (framing.kind === "length") this.#contentLength = framing.length;
    // A stream's first event may be far off: the headers go out now, unless its first bytes came along with them.
    else if (framing.kind !== "none") process.nextTick(this.#flush);
  }

  readonly onData = (data: Buffer): void => {
    if (this.#over) return;
    this.#bodyStarted = true;
    if (data.length === this.#contentLength) {
      // As text of one byte a character, headers and body leave in one write instead of two.
      if (data.length <= smallBody) this.#response.end(data.toString("latin1"), "latin1");
      else this.#response.end(data);
      return;
    }
    if (this.#response.write(data)) return;
    this.#connection?.pause();
    this.#response.once("drain", () => {
      if (!this.#over) this.#connection?.resume();
    });
  };

  onEnd(): void {
    if (this.#over) return;
    if (!this.#response.writableEnded) this.#response.end();
    this.#finish(this.#response.statusCode);
  }

  onFailure(error: Error): void {
    if (this.#over) return;
    if (this.#response.headersSent) {
      // The client must see that the answer is cut short, not a complete one.
      this.#finish(this.#response.statusCode);
      cutShort(this.#response);
      return;
    }
    const refused = isRefusedConnection(error);
    if (refused) this.#target.watch?.recheck("refused");
    this.#choice.meter.unanswered(!refused);
    this.#fail(error instanceof ConnectTimeout ? 504 : 502);
  }

  #send(text: string): Connection {
    this.#sentAt = performance.now();
    const connection = this.#target.connection(this.#entry.settings.idleTimeout);
    this.#connection = connection;
    if (this.#upload !== undefined) connection.gather();
    connection.begin(this.#method, text, this);
    if (this.#upload === undefined) connection.finish();
    return connection;
  }

  readonly #flush = (): void => {
    if (this.#over || this.#bodyStarted) return;
    // On HTTP/2 they are out already.
    if (!("stream" in this.#response)) this.#response.flushHeaders();
  };

  readonly #clientGone = (): void => {
    if (this.#over) return;
    if (this.#response.writableEnded) {
      this.#finish(this.#response.statusCode);
    } else {
      this.#entry.meter.ownError(460);
      this.#finish(460);
    }
    this.#connection?.abandon();
  };

  readonly #idle = (): void => {
    if (this.#over) return;
    if (this.#response.headersSent) {
      this.#finish(this.#response.statusCode);
      cutShort(this.#response);
    } else {
      this.#fail(this.#upload?.complete === false ? 408 : 504);
    }
    this.#connection?.abandon();
  };

  #fail(status: ErrorStatus): void {
    sendPage(this.#response, this.#entry.meter, status);
    this.#finish(status);
  }

  #finish(status: number): void {
    this.#over = true;
    this.#target.release();
    // It may have waited for a connection that is gone; what still comes of it is dropped.
    this.#upload?.resume();
    this.#entry.report(this.#request, status, this.#sentAt, this.#target);
  }
}
