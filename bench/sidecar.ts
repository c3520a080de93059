import { once } from "node:events";
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import type autocannon from "autocannon";
import { median } from "./cold-start.ts";
import { processTree } from "./processes.ts";
import { call, start } from "./starter.ts";

export interface SidecarBench {
  /** From the start of the process until it listens: the median of five. */
  readonly startMs: number;
  /** Of tool calls on the bare SDK server, and on the same one behind the sidecar: medians over the rounds. */
  readonly bare: Figures;
  readonly behind: Figures;
  /** Open streams of events at once, and the memory of the sidecar with them. */
  readonly streams: { readonly open: number; readonly memoryMb: number };
}

interface Figures {
  /** One call after the other, on one connection. */
  readonly p50Ms: number;
  /** Ten connections. */
  readonly requestsPerSecond: number;
  readonly failed: number;
}

const program = "../packages/sidecar/main.ts";
const inFrontOf = (port: number) => ({
  MCP_UPSTREAM: `http://127.0.0.1:${port}/mcp`,
  MCP_CALLS_PER_MINUTE: "1000000",
});

export async function benchSidecar(): Promise<SidecarBench> {
  const bare = await start("./starter-bare.ts", {});
  const sidecar = await start(program, inFrontOf(bare.port));
  try {
    const runs: { readonly one: autocannon.Result; readonly ten: autocannon.Result; readonly at: number }[] = [];
    for (let round = 0; round <= 3; round++) {
      for (const { port: at } of [bare, sidecar]) {
        const [one, ten] = [await call(at, round === 0 ? 1 : 3, 1), await call(at, round === 0 ? 1 : 3, 10)];
        // The first round warms up.
        if (round > 0) runs.push({ one, ten, at });
      }
    }
    const figuresOf = (port: number): Figures => {
      const own = runs.filter(({ at }) => at === port);
      return {
        // Finer than the median that the load generator gives, in whole milliseconds.
        p50Ms: median(own.map(({ one }) => 1_000 / one.requests.average)),
        requestsPerSecond: median(own.map(({ ten }) => ten.requests.average)),
        failed: own.reduce((sum, { one, ten }) => sum + one.non2xx + one.errors + ten.non2xx + ten.errors, 0),
      };
    };
    return {
      startMs: median(await timesOfStart(bare.port)),
      bare: figuresOf(bare.port),
      behind: figuresOf(sidecar.port),
      streams: await openStreams(1_000),
    };
  } finally {
    await sidecar.stop();
    await bare.stop();
  }
}

async function timesOfStart(port: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let at = 0; at < 5; at++) {
    const from = performance.now();
    const one = await start(program, inFrontOf(port));
    times.push(performance.now() - from);
    await one.stop();
  }
  return times;
}

async function openStreams(count: number): Promise<SidecarBench["streams"]> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" }).write(": open\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const sidecar = await start(program, inFrontOf(isAddress(address) ? address.port : 0));
  const agent = new Agent({ maxSockets: count });
  try {
    const opened = Array.from({ length: count }, async () => {
      const request = get({ agent, host: "127.0.0.1", port: sidecar.port, path: "/mcp" });
      const [answer] = await once(request, "response");
      await once(answer, "data");
    });
    await Promise.all(opened);
    const [process] = await processTree(sidecar.pid);
    return { open: count, memoryMb: Math.round(process?.memoryMb ?? Number.NaN) };
  } finally {
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await sidecar.stop();
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
