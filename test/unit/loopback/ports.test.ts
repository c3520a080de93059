import { createServer } from "node:net";
import { Worker } from "node:worker_threads";
import { isFree, releasePort, takePort } from "@mcp-fleet/loopback/ports.ts";
import { listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { afterEach, describe, expect, it } from "vitest";

const taken: number[] = [];
afterEach(() => {
  for (const port of taken.splice(0)) releasePort(port);
});

async function take(): Promise<number> {
  const port = await takePort();
  taken.push(port);
  return port;
}

describe("a port for a server that starts later", () => {
  it("lies below those of outgoing connections and is free", async () => {
    const port = await take();
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(32_768);
    const server = createServer();
    expect(await listenOnLoopback(server, port)).toBe(port);
    expect(await isFree(port)).toBe(false);
    server.close();
  });

  it("is nobody else's, however many ask at once, and is available again once released", async () => {
    const ports = await Promise.all(Array.from({ length: 300 }, take));
    expect(new Set(ports).size).toBe(300);
    // Another thread loads the module again, as another process does: it cannot get what was taken here.
    const [port = 0] = ports;
    expect(await claimElsewhere(port)).toBe("EADDRINUSE");
    releasePort(port);
    await expect.poll(() => claimElsewhere(port)).toBe("claimed");
  });
});

function claimElsewhere(port: number): Promise<unknown> {
  const text = `
    const socket = require("node:dgram").createSocket("udp4");
    const answer = (word) => { require("node:worker_threads").parentPort.postMessage(word); socket.close(); };
    socket.once("error", ({ code }) => answer(code)).bind({ port: ${port}, address: "127.0.0.1", exclusive: true }, () => answer("claimed"));
  `;
  return new Promise((resolve) => new Worker(text, { eval: true }).once("message", resolve));
}
