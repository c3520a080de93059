import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Connection } from "#endpoint/services/elbv2/balancer/connection.ts";
import { portOf } from "./origin.ts";

const open = new Set<Socket>();
let respond: (socket: Socket) => void;
const server: Server = createServer((socket) => {
  open.add(socket);
  socket.on("error", () => undefined).on("data", () => respond(socket));
}).listen(0, "127.0.0.1");

afterEach(() => {
  for (const socket of open) socket.destroy();
});
afterAll(() => server.close());

interface Result {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
  /** Whether the connection may carry the next request. */
  readonly kept: boolean;
}

/** What the balancer reads of what a target sends in answer to a request. */
async function read(send: (socket: Socket) => void, method = "GET"): Promise<Result> {
  if (!server.listening) await once(server, "listening");
  respond = send;
  return new Promise((resolve, reject) => {
    let kept = false;
    let status = 0;
    let headers: readonly string[] = [];
    let body = "";
    const target = { id: "127.0.0.1", port: portOf(server), protocol: "HTTP" } as const;
    const connection = new Connection(
      target,
      () => {
        kept = true;
      },
      () => undefined,
    );
    connection.begin(method, `${method} / HTTP/1.1\r\n\r\n`, {
      onHead(head) {
        ({ status, headers } = head);
      },
      onData(data) {
        body += data.toString("latin1");
      },
      onEnd: () => resolve({ status, headers, body, kept }),
      onFailure: reject,
    });
    connection.finish();
  });
}

const whole = (text: string) => (socket: Socket) => void socket.write(text, "latin1");
const wholeThenEnd = (text: string) => (socket: Socket) => void socket.end(text, "latin1");
const byteByByte = (text: string) => async (socket: Socket) => {
  socket.setNoDelay(true);
  for (const byte of Buffer.from(text, "latin1")) {
    await new Promise<void>((resolve) => socket.write(Buffer.of(byte), () => setImmediate(resolve)));
  }
};
const ok = "HTTP/1.1 200 OK\r\n";

describe("a target's answer", () => {
  it.each([
    ["with a length", `${ok}Content-Length: 5\r\n\r\nhello`, "hello"],
    ["without a body", `${ok}Content-Length: 0\r\n\r\n`, ""],
    ["in chunks", `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nTrailer: x\r\n\r\n`, "hello"],
    [
      "after interim ones",
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
      "hi",
    ],
    ["with 204", "HTTP/1.1 204 No Content\r\n\r\n", ""],
  ])("is read %s, in one piece or byte by byte, and the connection kept", async (_, text, body) => {
    expect(await read(whole(text))).toMatchObject({ body, kept: true });
    expect(await read(byteByByte(text))).toMatchObject({ body, kept: true });
  });

  it("ends with the connection when it has no length", async () => {
    expect(await read(wholeThenEnd(`${ok}\r\nuntil the end`))).toMatchObject({ body: "until the end", kept: false });
  });

  it("has no body after HEAD, whatever its length says", async () => {
    expect(await read(whole(`${ok}Content-Length: 5\r\n\r\n`), "HEAD")).toMatchObject({ body: "", kept: true });
  });

  it("keeps the headers' order and spelling", async () => {
    const { headers } = await read(
      whole(`${ok}X-One: 1 \r\nset-cookie: a\r\nSet-Cookie:b\r\nContent-Length: 0\r\n\r\n`),
    );
    expect(headers).toEqual(["X-One", "1", "set-cookie", "a", "Set-Cookie", "b", "Content-Length", "0"]);
  });

  it.each([
    ["says so", `${ok}Connection: close\r\nContent-Length: 2\r\n\r\nhi`],
    ["speaks HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"],
  ])("ends the connection's use when the target %s", async (_, text) => {
    expect(await read(whole(text))).toMatchObject({ body: "hi", kept: false });
  });

  it.each([
    ["two lengths", `${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    ["a length and chunks", `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a length that is not a number", `${ok}Content-Length: 5, 5\r\n\r\nhello`],
    ["an unknown coding", `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ["a chunk of no size", `${ok}Transfer-Encoding: chunked\r\n\r\n-1\r\n`],
    ["a chunk that is too long", `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nhello\r\n`],
    ["a folded header", `${ok}X-One: 1\r\n  2\r\nContent-Length: 0\r\n\r\n`],
    ["a space before a colon", `${ok}Content-Length : 5\r\n\r\nhello`],
    ["a control character", `${ok}X-One: \x001\r\nContent-Length: 0\r\n\r\n`],
    ["no status line", "HTTP/2 200\r\n\r\n"],
    ["headers without an end", `${ok}X-One: ${"1".repeat(70_000)}`],
    ["a change of protocol", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
  ])("fails with %s", async (_, text) => {
    await expect(read(whole(text))).rejects.toThrow(/^The target/);
  });

  it.each([
    ["its head", "HTTP/1.1 20"],
    ["its length", `${ok}Content-Length: 5\r\n\r\nhel`],
    ["its last chunk", `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n`],
  ])("fails when the connection ends before %s is complete", async (_, text) => {
    await expect(read(wholeThenEnd(text))).rejects.toThrow("before its answer was complete");
  });
});
