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
  async function run(url: URL): Promise<string> {
    const args = [suite, "server", "--url", url.href, "--suite", "all", "--expected-failures", baseline];
    const child = spawn(process.execPath, args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
    const [output, problems] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    if (child.exitCode !== 0) throw new Error(`The suite exited with ${child.exitCode}:\n${output}\n${problems}`);
    return output.slice(output.indexOf("=== SUMMARY ==="));
  }

  it("passes directly and through the local balancer, with the same result", async () => {
    const direct = await run(new URL(`http://127.0.0.1:${listener.port}/mcp`));
    expect(direct).toContain("✓ tools-call-with-progress: 1 passed, 0 failed");
    expect(await run(new URL("/mcp", balancer.url))).toBe(direct);
  });
});
