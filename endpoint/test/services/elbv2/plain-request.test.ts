import { describe, expect, it } from "vitest";
import { readPlainRequest } from "#endpoint/services/elbv2/balancer/plain-request.ts";

const peer = { remoteAddress: "127.0.0.1", remotePort: 1 };
const read = (text: string) => readPlainRequest(text, peer);
const head = (...lines: string[]) => `${["POST /mcp?a=%2F HTTP/1.1", "Host: a", ...lines].join("\r\n")}\r\n\r\n`;

describe("a plain request", () => {
  it("is read with its body, and nothing of what follows", () => {
    const text = `${head("X-Two:  \t two  words\t ", "x-empty:", "X-Bytes: \xa0\xe9\xa0", "Content-Length: 5")}hello`;
    expect(read(`${text}GET / HTTP/1.1\r\n`)).toEqual({
      request: {
        method: "POST",
        url: "/mcp?a=%2F",
        rawHeaders: [
          ...["Host", "a", "X-Two", "two  words", "x-empty", "", "X-Bytes", "\xa0\xe9\xa0"],
          ...["Content-Length", "5"],
        ],
        headers: { host: "a", "x-two": "two  words", "x-empty": "", "x-bytes": "\xa0\xe9\xa0", "content-length": "5" },
        socket: peer,
        body: "hello",
        isLast: false,
      },
      length: text.length,
    });
  });

  it.each([
    [head(), false],
    [head("connection: Keep-Alive"), false],
    [head("Connection: close"), true],
  ])("says whether it is the last: %j", (text, isLast) => {
    expect(read(text)?.request.isLast).toBe(isLast);
  });

  it.each([
    ["no end yet", head().slice(0, -1)],
    ["a body that is not all there", `${head("Content-Length: 5")}hell`],
    ["a length and chunks", `${head("Content-Length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n`],
    ["chunks", `${head("Transfer-Encoding: chunked")}0\r\n\r\n`],
    ["two lengths", `${head("Content-Length: 5", "content-length: 5")}hello`],
    ["a list of lengths", `${head("Content-Length: 5, 5")}hello`],
    ["a length with a sign", `${head("Content-Length: +5")}hello`],
    ["a length in hexadecimal", `${head("Content-Length: 0x5")}hello`],
    ["an empty length", head("Content-Length:")],
    ["a space before a colon", `${head("Content-Length : 5")}hello`],
    ["a folded line", head("X-One: 1", " 2")],
    ["a folded first line", head().replace("Host", " Host")],
    ["a bare line feed", head("X-One: 1\nContent-Length: 5")],
    ["a bare carriage return", head("X-One: 1\rContent-Length: 5")],
    ["a head that a bare line feed ends", "GET / HTTP/1.1\r\nHost: a\r\n\n\r\n"],
    ["a head that a bare carriage return ends", "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n"],
    ["a null", head("X-One: \x00")],
    ["a line without a colon", head("nonsense")],
    ["a line without a name", head(": 1")],
    ["two hosts", head("host: b")],
    ["no host", "GET / HTTP/1.1\r\n\r\n"],
    ["a header twice", head("X-One: 1", "x-one: 2")],
    ["a header as objects have it", head("constructor: 1")],
    ["a protocol to change to", head("Connection: upgrade", "Upgrade: websocket")],
    ["a header of this connection alone", head("Connection: close, x-one", "X-One: 1")],
    ["an expectation", head("Expect: 100-continue", "Content-Length: 5")],
    ["trailers to come", head("Trailer: x")],
    ["another version", head().replace("1.1", "1.0")],
    ["an unusual method", head().replace("POST", "CONNECT")],
    ["a method that answers without a body", head().replace("POST", "HEAD")],
    ["a whole address", head().replace("/mcp", "http://b/mcp")],
    ["a space in its path", head().replace("/mcp", "/m cp")],
    ["two spaces", head().replace("/mcp", " /mcp")],
    ["an empty line before it", `\r\n${head()}`],
    ["64 KB of headers", head(`X-One: ${"1".repeat(64 * 1024)}`)],
  ])("is none with %s", (_, text) => {
    expect(read(text)).toBeUndefined();
  });
});
