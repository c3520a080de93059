import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { connect as connectTcp } from "node:net";
import { ModifyLoadBalancerAttributesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addGroup, addRule, type Cloud, type Fleet, hostIs, openCloud, openFleet, registerHealthy } from "./cloud.ts";
import { type Origin, openOrigin, sendRaw } from "./origin.ts";

let cloud: Cloud;
let fleet: Fleet;
let session: ClientHttp2Session;
let origin: Origin;
const answers: Record<string, RequestListener> = {
  "/cut": (_, response) => {
    response.write("data: one\n\n");
    held.push(response);
  },
  "/silent": () => undefined,
  "/long-head": (_, response) => response.writeHead(200, { "x-long": "x".repeat(31_000) }).end("whole"),
};
const held: ServerResponse[] = [];

beforeAll(async () => {
  cloud = await openCloud();
  fleet = await openFleet(cloud);
  const group = await addGroup(cloud, "tg-http2");
  await addRule(cloud, fleet.https, 700, [hostIs("two.mcp.localhost")], group);
  origin = await openOrigin((request, response) => {
    const answer = answers[request.url ?? ""];
    if (answer === undefined) response.end("ok");
    else answer(request, response);
  });
  await registerHealthy(cloud, group, origin.target);
  session = connect(`https://127.0.0.1:${fleet.httpsPort}`, {
    ca: cloud.authority.ca,
    servername: "two.mcp.localhost",
    settings: { maxHeaderListSize: 2 ** 20 },
    maxSendHeaderBlockLength: 2 ** 20,
  });
  await once(session, "connect");
});
afterAll(async () => {
  session.destroy();
  await cloud.close();
  await origin.close();
});

/** How a stream ended: its status, what came, and the code of its reset. */
async function ask(path: string, headers: Record<string, string> = {}, onData: () => void = () => undefined) {
  const stream = session.request({ ":path": path, ":authority": "two.mcp.localhost", ...headers });
  let status: number | undefined;
  let body = "";
  stream.on("response", (head) => {
    status = head[":status"];
  });
  stream.on("data", (chunk: Buffer) => {
    body += chunk.toString();
    onData();
  });
  stream.on("error", () => undefined);
  await new Promise<void>((resolve) => stream.once("close", () => resolve()));
  return { status, body, reset: stream.rstCode };
}

describe("over HTTP/2", () => {
  it("[AWS-10] resets a stream whose target closes in the middle of it", async () => {
    const cut = () => held.pop()?.socket?.destroy();
    const { NGHTTP2_INTERNAL_ERROR } = constants;
    expect(await ask("/cut", {}, cut)).toEqual({ status: 200, body: "data: one\n\n", reset: NGHTTP2_INTERNAL_ERROR });
    expect(await ask("/")).toMatchObject({ status: 200, body: "ok", reset: 0 });
  });

  it("[AWS-10] resets a stream that is idle, and answers 504 to what has no answer yet", async () => {
    const Attributes = [{ Key: "idle_timeout.timeout_seconds", Value: "1" }];
    await cloud.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: fleet.balancer, Attributes }));
    expect(await ask("/silent")).toMatchObject({ status: 504, reset: 0 });
    expect(await ask("/cut")).toMatchObject({ status: 200, reset: constants.NGHTTP2_INTERNAL_ERROR });
  });

  it("[AWS-10] passes 32 KB of response headers, and refuses a request's above 64 KB without losing the connection", async () => {
    expect(await ask("/long-head")).toMatchObject({ status: 200, body: "whole" });
    const pieces = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`x-piece-${at}`, "x".repeat(13_500)]));
    expect(await ask("/", pieces)).toMatchObject({ status: 431 });
    expect(await ask("/", { "x-long": "x".repeat(66_000) })).toMatchObject({ status: 431 });
    expect(await ask("/")).toMatchObject({ status: 200, body: "ok" });
  });
});

describe("over HTTP/1.1", () => {
  it("[AWS-10] refuses two hosts, and headers above 64 KB", async () => {
    const twice = "GET / HTTP/1.1\r\nHost: two.mcp.localhost\r\nHost: other.mcp.localhost\r\nConnection: close\r\n\r\n";
    expect(await sendRaw(fleet.httpPort, twice)).toMatch(/^HTTP\/1\.1 400 /);
    const long = `GET / HTTP/1.1\r\nHost: two.mcp.localhost\r\nX: ${"x".repeat(66_000)}\r\n\r\n`;
    expect(await sendRaw(fleet.httpPort, long)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("[AWS-10] ends a head that never ends with 408, however busily it goes on", async () => {
    const socket = connectTcp(fleet.httpPort, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: two.mcp.localhost\r\nX: ");
    const dripping = setInterval(() => socket.write("y"), 50);
    const answer: Buffer[] = [];
    socket.on("data", (chunk) => answer.push(chunk)).on("error", () => undefined);
    await once(socket, "close");
    clearInterval(dripping);
    expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 408 /);
  }, 10_000);
});
