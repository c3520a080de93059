import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Listener } from "#starter/server/listen.ts";
import { type Balancer, startBalancer } from "./starter/balancer.ts";
import { startConformanceServer } from "./starter/conformance-server.ts";

const suite = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/dist/index.js");
const baseline = fileURLToPath(new URL("./starter/conformance-baseline.yml", import.meta.url));

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
    const [output, problems] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
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
