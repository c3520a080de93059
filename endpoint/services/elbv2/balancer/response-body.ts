import { type Framing, MalformedResponse } from "./response-head.ts";

/** Hands on the body's bytes; returns where in `bytes` the body ends, undefined while more is to come. */
export type BodyReader = (bytes: Buffer, onData: (data: Buffer) => void) => number | undefined;

/** Much longer than the size of a chunk, or a trailer, ever is. */
const maxLine = 16 * 1024;

export function bodyReader(framing: Framing): BodyReader {
  switch (framing.kind) {
    case "none":
      return () => 0;
    case "length":
      return readLength(framing.length);
    case "chunked":
      return new Chunks().read;
    case "until-close":
      return (bytes, onData) => {
        onData(bytes);
        return undefined;
      };
  }
}

function readLength(length: number): BodyReader {
  let left = length;
  return (bytes, onData) => {
    const data = bytes.length <= left ? bytes : bytes.subarray(0, left);
    left -= data.length;
    onData(data);
    return left === 0 ? data.length : undefined;
  };
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-7.1; extensions and trailers are read and left out. */
class Chunks {
  #expects: "size" | "data" | "end of data" | "trailer" | "nothing" = "size";
  #left = 0;
  #line = "";

  readonly read: BodyReader = (bytes, onData) => {
    let at = 0;
    while (at < bytes.length) {
      at = this.#expects === "data" ? this.#readData(bytes, at, onData) : this.#readLine(bytes, at);
      if (this.#expects === "nothing") return at;
    }
    return undefined;
  };

  #readData(bytes: Buffer, at: number, onData: (data: Buffer) => void): number {
    const data = bytes.subarray(at, at + this.#left);
    this.#left -= data.length;
    if (this.#left === 0) this.#expects = "end of data";
    onData(data);
    return at + data.length;
  }

  #readLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(10, at);
    const end = newline < 0 ? bytes.length : newline;
    this.#line += bytes.toString("latin1", at, end);
    if (this.#line.length > maxLine) throw malformedChunk();
    if (newline < 0) return end;
    if (!this.#line.endsWith("\r")) throw malformedChunk();
    this.#takeLine(this.#line.slice(0, -1));
    this.#line = "";
    return newline + 1;
  }

  #takeLine(line: string): void {
    if (this.#expects === "size") {
      this.#left = sizeOf(line);
      this.#expects = this.#left === 0 ? "trailer" : "data";
    } else if (this.#expects === "end of data") {
      if (line !== "") throw malformedChunk();
      this.#expects = "size";
    } else if (line === "") {
      this.#expects = "nothing";
    }
  }
}

function sizeOf(line: string): number {
  const digits = /^([\da-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
  if (digits === undefined) throw malformedChunk();
  return Number.parseInt(digits, 16);
}

function malformedChunk(): MalformedResponse {
  return new MalformedResponse("The target's answer has a chunk without a proper beginning or end.");
}
