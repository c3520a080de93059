import type { Socket } from "node:net";
import { maxHeaderSize } from "./limits.ts";
import { type Peer, type PlainRequest, readPlainRequest } from "./plain-request.ts";
import { type Answering, PlainResponse } from "./plain-response.ts";

export interface PlainServer {
  receive(request: PlainRequest, response: PlainResponse): void;
  /** Serves a connection from here on, on which something came that is not plain; it has been put back. */
  takeOver(socket: Socket): void;
  /** A client opened a connection and asked nothing for the idle timeout. */
  silent(socket: Socket): void;
}

/**
 * A client's connection over HTTP/1.1, for as long as what comes are plain requests, which is nearly always: here they
 * take little more than half of the time that they take as Node's streams. From the first other on, Node's own server
 * has the connection.
 */
export class PlainConnection {
  readonly #socket: Socket;
  readonly #server: PlainServer;
  readonly #peer: Peer;
  readonly #keptLines: string;
  #response: PlainResponse | undefined;
  /** What came before the answer to the last request was complete. */
  #early: Buffer | undefined;
  #used = false;

  constructor(socket: Socket, idleTimeout: number, server: PlainServer) {
    this.#socket = socket;
    this.#server = server;
    this.#peer = { remoteAddress: socket.remoteAddress, remotePort: socket.remotePort };
    this.#keptLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(idleTimeout / 1000)}\r\n`;
    socket.setTimeout(idleTimeout);
    socket.on("data", this.#read).on("drain", this.#drained).on("timeout", this.#idle);
    socket.on("error", this.#failed).on("close", this.#closed);
  }

  readonly #read = (bytes: Buffer): void => {
    if (this.#response === undefined) this.#serve(bytes);
    else this.#keep(bytes);
  };

  #serve(bytes: Buffer): void {
    const plain = readPlainRequest(bytes.toString("latin1"), this.#peer);
    if (plain === undefined) {
      this.#handOver(bytes);
      return;
    }
    const { request, length } = plain;
    this.#used = true;
    this.#early = length === bytes.length ? undefined : bytes.subarray(length);
    this.#response = new PlainResponse(this.#answering(request.isLast));
    this.#server.receive(request, this.#response);
  }

  #answering(isLast: boolean): Answering {
    const connectionLines = isLast ? "Connection: close\r\n" : this.#keptLines;
    return { socket: this.#socket, connectionLines, onEnd: isLast ? this.#finish : this.#next };
  }

  /** Clients rarely send the next request before they have an answer: it waits. */
  #keep(bytes: Buffer): void {
    this.#early = this.#early === undefined ? bytes : Buffer.concat([this.#early, bytes]);
    if (this.#early.length > maxHeaderSize) this.#socket.pause();
  }

  readonly #next = (): void => {
    this.#response = undefined;
    const early = this.#early;
    if (early === undefined) return;
    this.#early = undefined;
    // The exchange that ends here has yet to count itself.
    process.nextTick(() => {
      if (this.#socket.destroyed) return;
      this.#socket.resume();
      this.#serve(early);
    });
  };

  readonly #finish = (): void => {
    this.#response = undefined;
    this.#socket.off("data", this.#read).destroySoon();
  };

  #handOver(bytes: Buffer): void {
    const socket = this.#socket;
    socket.off("data", this.#read).off("drain", this.#drained).off("timeout", this.#idle);
    socket.off("error", this.#failed).off("close", this.#closed);
    socket.setTimeout(0).pause().unshift(bytes);
    this.#server.takeOver(socket);
    socket.resume();
  }

  readonly #drained = (): void => this.#response?.notify("drain");

  readonly #idle = (): void => {
    if (this.#response !== undefined) this.#response.notify("timeout");
    else if (this.#used) this.#socket.destroy();
    else this.#server.silent(this.#socket);
  };

  /** A client that is gone: the end of the connection says so to whoever works for it. */
  readonly #failed = (): void => undefined;

  readonly #closed = (): void => this.#response?.notify("close");
}
