import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { bundleStarter } from "#starter/bundle.ts";

it("the bundle that the image runs starts on its own, with every tool, and stops on SIGTERM", async () => {
  const directory = await mkdtemp(join(tmpdir(), "starter-bundle-"));
  try {
    await bundleStarter(directory);
    const child = spawn(process.execPath, ["main.mjs"], {
      cwd: directory,
      env: { HOST: "127.0.0.1", PORT: "0", MCP_LOGIN: "none" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const log = text(child.stdout);
    const listening = new Promise<void>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => chunk.includes("Listening.") && resolve());
    });
    await Promise.race([listening, once(child, "exit")]);
    child.kill("SIGTERM");
    await once(child, "exit");
    expect(child.exitCode).toBe(0);
    expect(await log).toContain('"tools":["add","countdown","google_profile","whoami"]');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
