import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { probe } from "#probe/probe.ts";
import { makeRound } from "#probe/round.ts";

export interface ProbeBench {
  readonly services: number;
  /** Of one round, and what of it was the processor's time, the services' own included. */
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly connections: number;
}

const services = 1_000;
/** What a service takes for each of its two answers. */
const answerMs = 50;

/** One round of the probe over a thousand services, through connections of loopback. */
export async function benchProbe(): Promise<ProbeBench> {
  let connections = 0;
  const server = createServer((request, response) => {
    const id = request.headers["mcp-method"] === "server/discover" ? 1 : 2;
    const result = { capabilities: { tools: {} }, tools: [{ name: "read", description: "Reads a note" }] };
    setTimeout(() => response.end(JSON.stringify({ jsonrpc: "2.0", id, result })), answerMs);
  });
  server.on("connection", () => {
    connections += 1;
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  const keys = Array.from({ length: services }, (_, at) => `service_${at}`);
  const [began, processor] = [performance.now(), process.cpuUsage()];
  const { probed, down } = await makeRound(
    { stage: "bench", services: keys.map((key) => ({ key, url })) },
    {
      now: Date.now,
      sleep: (ms) => sleep(ms),
      random: Math.random,
      probe: (service, era) => probe(fetch, service, era),
      resting: async () => new Set(),
      measure: async () => undefined,
      memory: {
        standings: async () => new Map(),
        stand: async () => undefined,
        forget: async () => undefined,
        toolsOf: async () => undefined,
        keepTools: async () => undefined,
        finish: async () => undefined,
      },
      announce: async () => undefined,
    },
    Date.now() + 55_000,
  );
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(processor);
  await closeServer(server);
  if (probed !== services || down.length > 0) throw new Error(`${probed} were probed, ${down.length} of them down.`);
  return { services, seconds, processorSeconds: (user + system) / 1_000_000, connections };
}
