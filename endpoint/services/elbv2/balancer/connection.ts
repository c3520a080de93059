import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ListenerProtocol } from "../model.ts";
import { ConnectionClosed, ConnectTimeout } from "./failure.ts";
import { type BodyReader, bodyReader } from "./response-body.ts";
import { MalformedResponse, parseResponseHead, type ResponseHead } from "./response-head.ts";

/** The real balancer gives a target ten seconds to accept a connection, then answers 504. */
const connectTimeout = 10_000;

/** As much as the balancer takes of a client's headers. */
const maxHead = 64 * 1024;

/** Who gets the answer to a request. Interim answers (100, 103) are for the connection and not handed on. */
export interface ResponseReader {
  onHead(head: ResponseHead): void;
  readonly onData: (data: Buffer) => void;
  onEnd(): void;
  /** Instead of the end. Nothing comes after it. */
  onFailure(error: Error): void;
}

/** One connection to a target, which carries one request at a time over HTTP/1.1. */
export class Connection {
  readonly #socket: Socket;
  readonly #onIdle: (connection: Connection) => void;
  #reader: ResponseReader | undefined;
  #method = "";
  #sent = false;
  #early: Buffer | undefined;
  #head: ResponseHead | undefined;
  #body: BodyReader | undefined;
  #idleSince = 0;

  constructor(
    { id, port, protocol }: { readonly id: string; readonly port: number; readonly protocol: ListenerProtocol },
    onIdle: (connection: Connection) => void,
    onGone: (connection: Connection) => void,
  ) {
    this.#onIdle = onIdle;
    const secure = protocol === "HTTPS";
    // As on AWS, a target's certificate is not checked.
    const socket = secure ? connectTls({ host: id, port, rejectUnauthorized: false }) : connectTcp({ host: id, port });
    this.#socket = socket;
    let failure: Error = new ConnectionClosed();
    socket.setNoDelay(true);
    socket.setTimeout(connectTimeout, () => socket.destroy(new ConnectTimeout()));
    socket.once(secure ? "secureConnect" : "connect", () => socket.setTimeout(0));
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("error", (error) => {
      failure = error;
    });
    socket.once("end", () => {
      if (this.#head?.framing.kind === "until-close") this.#complete();
      else if (this.#reader === undefined) socket.destroy();
    });
    socket.once("close", () => {
      onGone(this);
      this.#give()?.onFailure(failure);
    });
  }

  /** Whether it may carry another request, having been idle for less than so many milliseconds. */
  isFresh(idleTimeout: number): boolean {
    return !this.#socket.destroyed && performance.now() < this.#idleSince + idleTimeout;
  }

  /** Begins a request; `head` ends with an empty line, and may be followed by a body. */
  begin(method: string, head: string, reader: ResponseReader): void {
    this.#method = method;
    this.#reader = reader;
    this.#sent = false;
    this.#socket.write(head, "latin1");
  }

  /** Some of the request's body; false when it should pause until `onDrain` calls back. */
  write(data: Buffer | string): boolean {
    return this.#socket.destroyed || this.#socket.write(data, "latin1");
  }

  /** What is written before the next tick leaves in one piece. */
  gather(): void {
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
  }

  onDrain(listener: () => void): void {
    this.#socket.once("drain", listener);
  }

  /** The request is complete: another may follow its answer. */
  finish(): void {
    this.#sent = true;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Nobody gets the answer any more. */
  abandon(): void {
    this.#reader = undefined;
    this.#socket.destroy();
  }

  /** Whoever waits for an answer is notified. */
  destroy(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    try {
      let rest: Buffer = bytes;
      while (rest.length > 0 && !this.#socket.destroyed) rest = this.#take(rest);
    } catch (error) {
      if (!(error instanceof MalformedResponse)) throw error;
      this.#socket.destroy(error);
    }
  }

  /** Returns what is left. */
  #take(bytes: Buffer): Buffer {
    if (this.#reader === undefined) throw new MalformedResponse("The target sent data without a request.");
    if (this.#body === undefined) return this.#takeHead(bytes, this.#reader);
    const end = this.#body(bytes, this.#reader.onData);
    if (end === undefined) return nothing;
    this.#complete();
    return bytes.subarray(end);
  }

  #takeHead(bytes: Buffer, reader: ResponseReader): Buffer {
    const all = this.#early === undefined ? bytes : Buffer.concat([this.#early, bytes]);
    const end = all.indexOf("\r\n\r\n");
    this.#early = end < 0 ? all : undefined;
    if ((end < 0 ? all.length : end) > maxHead) throw new MalformedResponse("The target's headers are too long.");
    if (end < 0) return nothing;
    const head = parseResponseHead(all.toString("latin1", 0, end + 2), this.#method);
    if (head.status === 101) throw new MalformedResponse("The target changed to a protocol nobody asked for.");
    if (head.status >= 200) {
      this.#head = head;
      this.#body = bodyReader(head.framing);
      reader.onHead(head);
      if (head.framing.kind === "none") this.#complete();
    }
    return all.subarray(end + 4);
  }

  #complete(): void {
    const head = this.#head;
    const reader = this.#give();
    if (head?.keepAlive && this.#sent && !this.#socket.destroyed) {
      this.#idleSince = performance.now();
      this.#socket.resume();
      this.#onIdle(this);
    } else {
      this.#socket.destroy();
    }
    reader?.onEnd();
  }

  #give(): ResponseReader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    this.#head = undefined;
    this.#body = undefined;
    return reader;
  }
}

const nothing = Buffer.alloc(0);
