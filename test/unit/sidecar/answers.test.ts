import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Front, openFront } from "./front.ts";
import { listenForTest } from "./listening.ts";

async function behind(answer: RequestListener): Promise<string> {
  const server = createServer((req, res) => {
    req.resume();
    answer(req, res);
  });
  return `http://127.0.0.1:${await listenForTest(server)}/mcp`;
}

async function open(answer: RequestListener, env: Readonly<Record<string, string>> = {}): Promise<Front> {
  const front = await openFront([], { MCP_UPSTREAM: await behind(answer), ...env });
  onTestFinished(async () => void (await front.stop()));
  return front;
}

const ask = async (answer: RequestListener): Promise<Response> => fetch((await open(answer)).url, call);

const caller = "caller";
const call = {
  method: "POST",
  headers: {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "user-agent": caller,
  },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "add" } }),
};

describe("[MCP-6] an answer of a server over HTTP", () => {
  it("comes as the server writes it: its head before its first event, and that before the second", async () => {
    const next = Promise.withResolvers<void>();
    const first = Promise.withResolvers<void>();
    const answer = await ask(async (_req, res) => {
      res.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      await first.promise;
      res.write("data: 1\n\n");
      await next.promise;
      res.end("data: 2\n\n");
    });
    first.resolve();
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("data: 1\n\n");
    next.resolve();
    expect((await reader?.read())?.value).toBe("data: 2\n\n");
    expect((await reader?.read())?.done).toBe(true);
  });

  it.each([
    ["no body", 202, ""],
    ["no body allowed", 204, ""],
    ["a body beyond ASCII", 200, '{"text":"grüße 🙂"}'],
    ["some MB, which come in many pieces", 200, `{"text":"${"grüße 🙂".repeat(300_000)}"}`],
  ])("arrives as it was sent: %s", async (_what, status, body) => {
    const answer = await ask((_req, res) =>
      res.writeHead(status, body === "" ? {} : { "content-type": "application/json" }).end(body),
    );
    expect([answer.status, await answer.text()]).toEqual([status, body]);
  });

  it("that breaks off is no whole answer to the client either", async () => {
    const answer = await ask((_req, res) => {
      res.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n", () => res.destroy());
    });
    // What came in one piece with the end is no answer at all.
    if (answer.ok) await expect(answer.text()).rejects.toThrow();
    else expect(answer.status).toBe(502);
  });
});

describe("[MCP-6] an answer of a server over HTTP that stops coming", () => {
  const oneSecond = { MCP_CALL_SECONDS: "1" };
  /** The first call gets what the first of these gives, and so on; whoever asks for the tools gets none. */
  const inTurn =
    (answers: RequestListener[]): RequestListener =>
    (req, res) => {
      if (req.headers["user-agent"] === caller) answers.shift()?.(req, res);
      else res.writeHead(404).end();
    };
  const json = { "content-type": "application/json" };

  it("after its head is a 504 that says so, and the next call is answered", async () => {
    const { url } = await open(
      inTurn([
        (_req, res) => res.writeHead(200, json).flushHeaders(),
        (_req, res) => res.writeHead(200, json).end("{}"),
      ]),
      oneSecond,
    );
    const answer = await fetch(url, call);
    expect([answer.status, await answer.json()]).toMatchObject([
      504,
      { error: { message: "The server behind began an answer, and sent no more of it for 1 s." } },
    ]);
    expect(await (await fetch(url, call)).text()).toBe("{}");
  });

  it("is waited for while it is a stream of events, and while its client is the slow one", async () => {
    const large = "x".repeat(32 * 2 ** 20);
    const goOn = Promise.withResolvers<void>();
    const { url } = await open(
      inTurn([
        async (_req, res) => {
          res.writeHead(200, { "content-type": "Text/Event-Stream; charset=utf-8" }).write(": open\n\n");
          await goOn.promise;
          res.end("data: 1\n\n");
        },
        (_req, res) => res.writeHead(200, json).end(large),
        () => undefined,
        () => undefined,
      ]),
      oneSecond,
    );
    const [quiet, unread] = [await fetch(url, call), await fetch(url, call)];
    // Each takes as long as an answer may pause.
    for (const _ of [1, 2]) expect((await fetch(url, call)).status).toBe(504);
    goOn.resolve();
    expect(await quiet.text()).toBe(": open\n\ndata: 1\n\n");
    expect((await unread.text()).length).toBe(large.length);
  });
});

/** A sidecar in a process of its own, once it listens, with `code` in it. */
async function spawnSidecar(upstream: string, code: string) {
  const main = fileURLToPath(import.meta.resolve("#sidecar/main.ts"));
  const sidecar = spawn(process.execPath, ["--import", `data:text/javascript,${code}`, main], {
    env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", MCP_LOGIN: "none", MCP_UPSTREAM: upstream },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void sidecar.kill("SIGKILL"));
  const lines: string[] = [];
  const listening = Promise.withResolvers<string>();
  createInterface({ input: sidecar.stdout }).on("line", (line) => {
    lines.push(line);
    const port = /"Listening\.","port":(\d+)/.exec(line)?.[1];
    if (port !== undefined) listening.resolve(port);
  });
  const url = `http://127.0.0.1:${await listening.promise}/mcp`;
  return {
    url,
    /** @returns its exit code and what it wrote */
    async end(signal: NodeJS.Signals) {
      sidecar.kill(signal);
      const [code] = await once(sidecar, "close");
      return { code, lines };
    },
  };
}

describe("[OPS-3] the log of a sidecar has a line for each request", () => {
  it.each([
    ["a signal to stop", "SIGTERM", 0],
    ["an error that nobody caught", "SIGUSR2", 1],
  ] as const)("also of those just before %s", async (_what, signal, code) => {
    const upstream = await behind((_req, res) => res.writeHead(200, { "content-type": "application/json" }).end("{}"));
    const crash = 'process.on("SIGUSR2",()=>{throw new Error("uncaught")})';
    const { url, end } = await spawnSidecar(upstream, crash);
    await Promise.all(Array.from({ length: 50 }, async () => (await fetch(url, call)).text()));
    const ended = await end(signal);
    expect(ended.code).toBe(code);
    expect(ended.lines.filter((line) => line.includes('"message":"request"'))).toHaveLength(50);
  });
});

it("[MCP-6] a sidecar starts without undici, which takes as long to load as all of an empty Node", async () => {
  const tell =
    'process.on("exit",()=>console.log(process.moduleLoadList.filter((name)=>name.includes("undici")).length))';
  const { end } = await spawnSidecar("http://127.0.0.1:1/mcp", tell);
  const { lines } = await end("SIGTERM");
  expect(lines).toContain("0");
});
