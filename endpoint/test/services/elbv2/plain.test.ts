import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ModifyLoadBalancerAttributesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addGroup, addRule, type Cloud, type Fleet, hostIs, openCloud, openFleet, registerHealthy } from "./cloud.ts";
import { type Origin, openOrigin, sendRaw } from "./origin.ts";

let cloud: Cloud;
let fleet: Fleet;
let origin: Origin;
const large = Buffer.alloc(48 * 1024 * 1024, randomBytes(1_000_003));
let onSent: () => void = () => undefined;

beforeAll(async () => {
  cloud = await openCloud();
  fleet = await openFleet(cloud);
  origin = await openOrigin(async (request, response) => {
    let body = "";
    for await (const data of request.setEncoding("latin1")) body += data;
    switch (request.url) {
      case "/none":
        response.writeHead(204, "Nothing Here").end();
        return;
      case "/unchanged":
        response.writeHead(304, { etag: "x" }).end();
        return;
      case "/parts":
        response.writeHead(200, [
          ["Date", "yesterday"],
          ["Set-Cookie", "a"],
          ["Set-Cookie", "b"],
        ] as const satisfies [string, string][]);
        response.write("one");
        response.end("two");
        return;
      case "/large":
        response.writeHead(200, { "content-length": large.length });
        for (let at = 0; at < large.length; at += 65_536) {
          if (!response.write(large.subarray(at, at + 65_536))) await once(response, "drain");
        }
        response.end(() => onSent());
        return;
      default:
        response.end(`${request.method} ${request.url} ${body}`, "latin1");
    }
  });
  const group = await addGroup(cloud, "tg-plain");
  await addRule(cloud, fleet.http, 1, [hostIs("plain")], group);
  await registerHealthy(cloud, group, origin.target);
});
afterAll(async () => {
  await cloud.close();
  await origin.close();
});

const get = (path: string, ...lines: string[]) =>
  `${[`GET ${path} HTTP/1.1`, "Host: plain", ...lines].join("\r\n")}\r\n\r\n`;
const post = (path: string, body: string, ...lines: string[]) =>
  `${[`POST ${path} HTTP/1.1`, "Host: plain", `Content-Length: ${body.length}`, ...lines].join("\r\n")}\r\n\r\n${body}`;
const last = "Connection: close";

/** Sends the next piece when what came holds the text before it; returns all that came. */
async function converse(...turns: readonly [send: string, until: string][]): Promise<string> {
  const socket = connect(fleet.httpPort, "127.0.0.1");
  let came = "";
  let read = 0;
  socket.setNoDelay().setEncoding("latin1");
  for (const [send, until] of turns) {
    socket.write(send, "latin1");
    for (let at = came.indexOf(until, read); ; at = came.indexOf(until, read)) {
      if (at >= 0) {
        read = at + until.length;
        break;
      }
      const [data] = await once(socket, "data");
      came += data;
    }
  }
  socket.end();
  await once(socket, "close");
  return came;
}

describe("a connection that is served without Node's streams", () => {
  it("carries one request after the other, and says for how long it is kept", async () => {
    const answers = await converse([get("/a"), "GET /a "], [post("/b", "h\xe9llo"), "POST /b h\xe9llo"]);
    expect(answers.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(2);
    expect(answers.match(/^Connection: keep-alive\r\nKeep-Alive: timeout=60\r$/gm)).toHaveLength(2);
    expect(answers.match(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r$/gm)).toHaveLength(2);
  });

  it("answers requests that came at once in their order, and closes behind the last", async () => {
    const answers = await sendRaw(
      fleet.httpPort,
      get("/a") + post("/b", "body") + get("/none") + get("/c", last) + get("/d"),
    );
    expect(answers.match(/(?:GET|POST) \/\w .*?(?=HTTP|$)|204 Nothing Here/gs)).toEqual([
      "GET /a ",
      "POST /b body",
      "204 Nothing Here",
      "GET /c ",
    ]);
    expect(answers.match(/^Connection: .*(?=\r)/gm)).toEqual([
      ...Array.from({ length: 3 }, () => "Connection: keep-alive"),
      last,
    ]);
  });

  it("frames an answer by its length, in chunks, or not at all, with the target's own headers", async () => {
    const parts = await sendRaw(fleet.httpPort, get("/parts", last));
    expect(parts).toMatch(/\r\nDate: yesterday\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nTransfer-Encoding: chunked\r\n/);
    expect(parts.match(/Date|Transfer-Encoding/g)).toHaveLength(2);
    expect(parts).toMatch(/\r\n\r\n(3\r\none\r\n3\r\ntwo|6\r\nonetwo)\r\n0\r\n\r\n$/);
    const unchanged = await sendRaw(fleet.httpPort, get("/unchanged", last));
    expect(unchanged).toMatch(/^HTTP\/1\.1 304 Not Modified\r\n.*\r\n\r\n$/s);
    expect(unchanged).not.toMatch(/chunked/);
  });

  it("goes to Node's server with the first request that is not plain, and stays open", async () => {
    const chunked = "POST /b HTTP/1.1\r\nHost: plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    await converse([get("/a"), "GET /a "], [chunked, "POST /b hello"], [get("/c"), "GET /c "]);
    await converse([get("/a") + chunked, "POST /b hello"]);
    const whole = post("/d", "in two pieces");
    for (const cut of [10, whole.length - 5]) {
      await converse([get("/a"), "GET /a "], [whole.slice(0, cut), ""], [whole.slice(cut), "POST /d in two pieces"]);
    }
    const expecting = post("/e", "hello", "Expect: 100-continue");
    await converse([expecting.slice(0, -5), "HTTP/1.1 100 Continue\r\n\r\n"], ["hello", "POST /e hello"]);
    expect(await converse([get("/f").replace("GET", "HEAD"), "\r\n\r\n"])).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it.each([
    ["two bodies", get("/", "Content-Length: 5", "Transfer-Encoding: chunked")],
    ["two lengths", get("/", "Content-Length: 5", "Content-Length: 6")],
    ["a space before a colon", get("/", "Content-Length : 5")],
    ["a bare carriage return", get("/", "X-One: 1\rX-Two: 2")],
    ["a null", get("/", "X-One: \x00")],
    ["two hosts", get("/", "Host: other", last)],
  ])("refuses a request with %s, first or later", async (_, text) => {
    expect(await sendRaw(fleet.httpPort, text)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(fleet.httpPort, get("/a") + text)).toMatch(/^HTTP\/1\.1 200 .*HTTP\/1\.1 400 /s);
  });

  it("takes an answer from the target no faster than a slow client takes it", async () => {
    const client = connect(fleet.httpPort, "127.0.0.1");
    let readWhenSent = 0;
    onSent = () => {
      readWhenSent = client.bytesRead;
    };
    client.write(get("/large", last));
    const came: Buffer[] = [];
    for await (const data of client) {
      came.push(data);
      for (let turn = 0; turn < 30; turn++) await nextTurn();
    }
    // The rest was in the buffers of the system's four sockets, of some megabytes each.
    expect(readWhenSent).toBeGreaterThan(large.length / 3);
    const answer = Buffer.concat(came);
    expect(digestOf(answer.subarray(answer.indexOf("\r\n\r\n") + 4))).toBe(digestOf(large));
  });

  it("ends with 408 when nothing is asked for the idle timeout, and in silence after an answer", async () => {
    const timeout = (Value: string) => {
      const Attributes = [{ Key: "idle_timeout.timeout_seconds", Value }];
      return cloud.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: fleet.balancer, Attributes }));
    };
    await timeout("1");
    const [silent, used] = await Promise.all([sendRaw(fleet.httpPort, ""), sendRaw(fleet.httpPort, get("/a"))]);
    await timeout("60");
    expect(silent).toMatch(/^HTTP\/1\.1 408 /);
    expect(used).toMatch(/^HTTP\/1\.1 200 .*GET \/a $/s);
  });
});

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
