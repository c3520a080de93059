import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import * as v from "valibot";
import { afterEach, expect, it } from "vitest";
import { createHttp, type HttpOutcome } from "#chat/receivers/http.ts";
import { Secret } from "#chat/receivers/secret.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function post(listener: RequestListener, patience: number): Promise<HttpOutcome> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = v.parse(v.object({ port: v.number() }), server.address());
  return createHttp(patience)({ url: new Secret(`http://127.0.0.1:${port}/`), body: "{}" });
}

it.each<[string, RequestListener, HttpOutcome]>([
  ["never begins to answer", () => undefined, { kind: "failure", reason: "timeout" }],
  [
    "never ends its answer",
    (_, response) => response.writeHead(200).write("o"),
    { kind: "failure", reason: "timeout" },
  ],
  ["hangs up", (request) => request.socket.destroy(), { kind: "failure", reason: "ECONNRESET" }],
  [
    "hangs up within its answer",
    (_, response) => response.writeHead(200).write("o", () => response.destroy()),
    { kind: "failure", reason: "ECONNRESET" },
  ],
  [
    "sends elsewhere",
    (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    { kind: "answer", status: 302, retryAfter: null, body: "" },
  ],
  [
    "asks to wait",
    (_, response) => response.writeHead(429, { "retry-after": "7" }).end("later"),
    { kind: "answer", status: 429, retryAfter: "7", body: "later" },
  ],
  [
    "never stops talking",
    (_, response) => {
      const talk = () => response.write("a".repeat(9_000), () => response.destroyed || talk());
      talk();
    },
    { kind: "answer", status: 200, retryAfter: null, body: "a".repeat(10_000) },
  ],
])("[CHAT-3] knows what became of a message when a chat %s", async (_, listener, outcome) => {
  const patience = outcome.kind === "failure" && outcome.reason === "timeout" ? 250 : 5_000;
  expect(await post(listener, patience)).toEqual(outcome);
});
