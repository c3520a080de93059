import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** Up to so many bytes are gathered as text; what is longer is not copied. */
const longestText = 16 * 1024;

type Framing = "length" | "chunked" | "none";

/** What an answer's connection has to know of it. */
export interface Answering {
  readonly socket: Socket;
  /** The headers of this hop, as lines. */
  readonly connectionLines: string;
  onEnd(): void;
}

/**
 * The answer to a plain request. What is written in one turn of the event loop leaves in one piece: one write to the
 * system and one TLS record, which is most of what a small answer costs.
 */
export class PlainResponse {
  statusCode = 200;
  headersSent = false;
  writableEnded = false;
  readonly #to: Answering;
  readonly #listeners: { close?: () => void; drain?: () => void; timeout?: () => void } = {};
  #framing: Framing = "none";
  /** One character a byte, not yet written. */
  #gathered = "";
  #flushing = false;

  constructor(to: Answering) {
    this.#to = to;
  }

  /** @param message of a target, which may have words of its own for a status */
  writeHead(status: number, message: string, flat: readonly string[]): void {
    this.statusCode = status;
    this.headersSent = true;
    this.#framing = status === 204 || status === 304 ? "none" : "chunked";
    let head = `HTTP/1.1 ${status} ${message === "" ? (STATUS_CODES[status] ?? "") : message}\r\n`;
    let dated = false;
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const name = flat[index] ?? "";
      head += `${name}: ${flat[index + 1]}\r\n`;
      if (name.length === 14 && this.#framing === "chunked" && name.toLowerCase() === "content-length") {
        this.#framing = "length";
      } else if (name.length === 4 && name.toLowerCase() === "date") {
        dated = true;
      }
    }
    if (!dated) head += `Date: ${httpDate()}\r\n`;
    if (this.#framing === "chunked") head += "Transfer-Encoding: chunked\r\n";
    this.#gathered = `${head}${this.#to.connectionLines}\r\n`;
  }

  flushHeaders(): void {
    this.#flush();
  }

  /** False when it should pause until `drain`. */
  write(data: Buffer): boolean {
    if (this.#framing === "none" || data.length === 0) return true;
    const [before, after] = this.#framing === "chunked" ? [`${data.length.toString(16)}\r\n`, "\r\n"] : ["", ""];
    if (data.length <= longestText) {
      this.#gathered += `${before}${data.toString("latin1")}${after}`;
      if (this.#gathered.length > longestText) this.#flush();
      else this.#flushSoon();
    } else {
      this.#gathered += before;
      this.#flush();
      this.#to.socket.write(data);
      this.#gathered = after;
      this.#flushSoon();
    }
    return !this.#to.socket.writableNeedDrain;
  }

  end(chunk?: Buffer | string, encoding: BufferEncoding = "utf8"): void {
    if (typeof chunk === "string" && encoding === "latin1" && this.#framing === "length") this.#gathered += chunk;
    else if (chunk !== undefined) this.write(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    if (this.#framing === "chunked") this.#gathered += "0\r\n\r\n";
    this.#flush();
    this.writableEnded = true;
    this.#to.onEnd();
  }

  destroy(): void {
    this.#to.socket.destroy();
  }

  once(event: "close" | "drain" | "timeout", listener: () => void): void {
    this.#listeners[event] = listener;
  }

  /** The connection says what happened to it. */
  notify(event: "close" | "drain" | "timeout"): void {
    const listener = this.#listeners[event];
    delete this.#listeners[event];
    listener?.();
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    const text = this.#gathered;
    if (text === "") return;
    this.#gathered = "";
    this.#to.socket.write(text, "latin1");
  };
}

let dateAt = 0;
let date = "";

/** Counted in seconds, and written anew in each. */
function httpDate(): string {
  const seconds = Math.floor(Date.now() / 1000);
  if (seconds !== dateAt) [dateAt, date] = [seconds, new Date(seconds * 1000).toUTCString()];
  return date;
}
