import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as read } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readConfig } from "#sidecar/config.ts";
import { silent } from "#sidecar/log.ts";
import type { Listener } from "#sidecar/server/listen.ts";
import type { Sidecar } from "#sidecar/sidecar.ts";
import { startTools } from "#sidecar/toolbox/start.ts";
import { type AnyTool, text } from "#sidecar/toolbox/tool.ts";
import { type Balancer, startBalancer } from "./starter/balancer.ts";
import { startConformanceServer } from "./starter/conformance-server.ts";

const suite = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/dist/index.js");
const baseline = fileURLToPath(new URL("./starter/conformance-baseline.yml", import.meta.url));

describe("[AWS-1] calls through a balancer that closes what is quiet for 6 s, as for 300 s on AWS", () => {
  const Input = v.object({ milliseconds: v.number(), given: v.string() });
  const quiet: AnyTool = {
    name: "quiet",
    title: "Quiet",
    description: "Says nothing for a while, and then gives back what it was given.",
    input: { milliseconds: z.number(), given: z.string() },
    run: async (args, { signal }) => {
      const { milliseconds, given } = v.parse(Input, args);
      await sleep(milliseconds, undefined, { signal });
      return text(given);
    },
  };
  const env = { MCP_LOGIN: "none", HOST: "127.0.0.1", PORT: "0", MCP_IDLE_TIMEOUT_SECONDS: "6" };
  let starter: Sidecar;
  let balancer: Balancer;

  beforeAll(async () => {
    starter = await startTools([quiet], { config: readConfig(env), log: silent, write: () => undefined });
    balancer = await startBalancer({ port: starter.port, healthPath: "/health", idleTimeoutSeconds: 6 });
  });
  afterAll(() => Promise.all([starter.stop(), balancer.stop()]));

  /** With a client of 2026-07-28, and one of before. */
  const call = async (mode: "legacy" | { readonly pin: string }, input: Record<string, unknown>) => {
    const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", balancer.url)));
    const { content } = await client.callTool({ name: "quiet", arguments: input });
    await client.close();
    return content;
  };

  it.concurrent.each(["legacy" as const, { pin: "2026-07-28" }])(
    "are answered after 1.8 s and after 8 s of silence: %o",
    async (mode) => {
      const given = "x".repeat(200_000);
      const answers = [1_800, 8_000].map((milliseconds) => call(mode, { milliseconds, given }));
      for (const content of await Promise.all(answers)) expect(content).toEqual([{ type: "text", text: given }]);
    },
  );

  it.concurrent("are cut off by the balancer where the server sends nothing meanwhile", async () => {
    const mute = createServer((req, res) => {
      if (req.url === "/health") res.end();
    });
    mute.listen(0, "127.0.0.1");
    await once(mute, "listening");
    const port = v.parse(v.object({ port: v.number() }), mute.address()).port;
    const other = await startBalancer({ port, healthPath: "/health", idleTimeoutSeconds: 6 });
    expect((await fetch(new URL("/mcp", other.url), { method: "POST" })).status).toBe(504);
    await other.stop();
    mute.closeAllConnections();
    mute.close();
  });
});

describe("the official conformance suite for servers", () => {
  let listener: Listener;
  let balancer: Balancer;
  let directory: string;

  beforeAll(async () => {
    listener = await startConformanceServer();
    balancer = await startBalancer({ port: listener.port, healthPath: "/mcp" });
    directory = await mkdtemp(join(tmpdir(), "conformance-"));
  });
  afterAll(async () => {
    await Promise.all([listener.drain(0), balancer.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  /** Exit code 0: every scenario passes but those of the baseline, and all of those fail. */
  async function run(url: URL, revision: string, ...more: readonly string[]): Promise<string> {
    const args = [suite, "server", "--url", url.href, "--suite", "all", "--spec-version", revision, ...more];
    const child = spawn(process.execPath, args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
    const [output, problems] = await Promise.all([read(child.stdout), read(child.stderr), once(child, "close")]);
    if (child.exitCode !== 0) throw new Error(`The suite exited with ${child.exitCode}:\n${output}\n${problems}`);
    return output.slice(output.indexOf("=== SUMMARY ==="));
  }

  it.each([
    ["2026-07-28", "Total: 152 passed, 0 failed", []],
    ["2025-11-25", "Total: 61 passed, 6 failed", ["--expected-failures", baseline]],
  ])("[MCP-1] passes for %s at one address, directly and through the local balancer", async (revision, total, more) => {
    const direct = run(new URL(`http://127.0.0.1:${listener.port}/mcp`), revision, ...more);
    const behind = run(new URL("/mcp", balancer.url), revision, ...more);
    expect(await direct).toContain(total);
    expect(await behind).toBe(await direct);
  });
});
