import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const preload = new URL("../../../packages/loopback/preload.mjs", import.meta.url);
const program = fileURLToPath(new URL("./any-address.mjs", import.meta.url));

/** Starts the server with the preload, as a task is started. */
async function startServer(host: string): Promise<{ readonly address: string; readonly port: number }> {
  const child = spawn(process.execPath, [program, host], {
    env: { NODE_OPTIONS: `--import=${preload.href}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return JSON.parse(line);
}

async function ask(port: number, headers: Readonly<Record<string, string>>) {
  const sent = request({ host: "127.0.0.1", port, headers, agent: false }).end();
  return new Promise<string>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", async (response) => resolve(`${response.statusCode} ${await text(response)}`));
    sent.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(String(response.statusCode));
    });
  });
}

describe("a task's server that listens on every address", () => {
  it.each(["none", "0.0.0.0", "::"])("[SAFE-2] listens on loopback (host: %s)", async (host) => {
    expect(await startServer(host)).toMatchObject({ address: "127.0.0.1" });
  });

  it("[SAFE-1] answers the balancer and programs, and no page that found its port", async () => {
    const { port } = await startServer("none");
    const own = { host: `127.0.0.1:${port}` };
    const served = "200 its environment";
    expect(await ask(port, own)).toBe(served);
    // What the balancer passes on is the service's to judge.
    const through = { host: "wiki.mcp.localhost:8443" };
    expect(await ask(port, { ...through, origin: "https://claude.ai" })).toBe(served);
    const upgrade = { connection: "Upgrade", upgrade: "websocket" };
    expect(await ask(port, { ...through, ...upgrade })).toMatch(/^101/);
    for (const headers of [
      { host: `evil.example:${port}` },
      { ...own, origin: "https://evil.example" },
      { ...own, "sec-fetch-site": "cross-site" },
      { host: `wiki.mcp.localhost:${port}` },
      { ...own, ...upgrade, origin: "https://evil.example" },
    ]) {
      expect(await ask(port, headers)).toMatch(/^403 /);
    }
  });
});
