import { ProtocolError } from "./errors.ts";
import { splitInline } from "./inline.ts";
import { integerOf } from "./integer.ts";

/** Limits of Redis: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const longestLine = 64 * 1024;
const longestBulk = 512 * 1024 * 1024;
const mostArguments = 2 ** 31 - 1;
/** A client that has not authenticated may not make the server hold much. */
const unauthenticated = { arguments: 10, bulk: 16_384 } as const;

const carriageReturn = 13;
const lineFeed = 10;
const star = 42;

/** Cuts a stream of bytes into requests, whatever pieces it comes in. Arguments are binary: one character a byte. */
export class RequestReader {
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #later: Buffer[] = [];
  #laterBytes = 0;
  /** There is no point in looking before this many bytes are there. */
  #needed = 0;
  #arguments: string[] = [];
  #argumentBytes = 0;
  #missing = 0;
  #bulk: number | undefined;

  push(chunk: Buffer): void {
    this.#later.push(chunk);
    this.#laterBytes += chunk.length;
  }

  /** Bytes that are not a request yet. */
  get held(): number {
    return this.#buffer.length - this.#at + this.#laterBytes + this.#argumentBytes;
  }

  /** The next request, at least one word long; undefined until more bytes come. Throws {@link ProtocolError}. */
  next(authenticated: boolean): readonly string[] | undefined {
    while (this.#gather()) {
      const begun = this.#missing > 0;
      const complete = begun || this.#buffer[this.#at] === star ? this.#multibulk(authenticated) : this.#inline();
      if (!complete) return undefined;
      const request = this.#arguments;
      this.#arguments = [];
      this.#argumentBytes = 0;
      if (request.length > 0) return request;
    }
    return undefined;
  }

  #gather(): boolean {
    const left = this.#buffer.length - this.#at;
    if (left + this.#laterBytes < Math.max(1, this.#needed)) return false;
    if (this.#laterBytes > 0) {
      this.#buffer = Buffer.concat([this.#buffer.subarray(this.#at), ...this.#later]);
      this.#at = 0;
      this.#later.length = 0;
      this.#laterBytes = 0;
    }
    this.#needed = 0;
    return true;
  }

  #inline(): boolean {
    const end = this.#buffer.indexOf(lineFeed, this.#at);
    if (end < 0) return this.#wait("too big inline request");
    const returned = end > this.#at && this.#buffer[end - 1] === carriageReturn;
    const words = splitInline(this.#buffer.toString("latin1", this.#at, returned ? end - 1 : end));
    if (words === undefined) throw new ProtocolError("unbalanced quotes in request");
    this.#at = end + 1;
    this.#arguments = words;
    return true;
  }

  #multibulk(authenticated: boolean): boolean {
    if (this.#missing === 0) {
      const count = this.#count(authenticated);
      if (count === undefined) return false;
      this.#missing = count;
    }
    while (this.#missing > 0) {
      this.#bulk ??= this.#bulkLength(authenticated);
      if (this.#bulk === undefined) return false;
      if (this.#buffer.length - this.#at < this.#bulk + 2) {
        this.#needed = this.#bulk + 2;
        return false;
      }
      this.#arguments.push(this.#buffer.toString("latin1", this.#at, this.#at + this.#bulk));
      this.#argumentBytes += this.#bulk;
      this.#at += this.#bulk + 2;
      this.#bulk = undefined;
      this.#missing--;
    }
    return true;
  }

  #count(authenticated: boolean): number | undefined {
    const line = this.#line("too big mbulk count string");
    if (line === undefined) return undefined;
    const count = integerOf(line.slice(1));
    if (count === undefined || count > mostArguments) throw new ProtocolError("invalid multibulk length");
    if (!authenticated && count > unauthenticated.arguments)
      throw new ProtocolError("unauthenticated multibulk length");
    return count > 0 ? Number(count) : 0;
  }

  #bulkLength(authenticated: boolean): number | undefined {
    const line = this.#line("too big bulk count string");
    if (line === undefined) return undefined;
    if (line.charAt(0) !== "$") throw new ProtocolError(`expected '$', got '${line.charAt(0) || "\r"}'`);
    const length = integerOf(line.slice(1));
    if (length === undefined || length < 0 || length > longestBulk) throw new ProtocolError("invalid bulk length");
    if (!authenticated && length > unauthenticated.bulk) throw new ProtocolError("unauthenticated bulk length");
    return Number(length);
  }

  /** Redis ends a line at the carriage return, whatever the byte after it is. */
  #line(tooBig: string): string | undefined {
    const end = this.#buffer.indexOf(carriageReturn, this.#at);
    if (end < 0) {
      this.#wait(tooBig);
      return undefined;
    }
    if (end + 2 > this.#buffer.length) return undefined;
    const line = this.#buffer.toString("latin1", this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #wait(tooBig: string): false {
    if (this.#buffer.length - this.#at > longestLine) throw new ProtocolError(tooBig);
    return false;
  }
}
