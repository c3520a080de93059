import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { bundle } from "#sidecar/bundle.ts";

const inFront = { MCP_UPSTREAM: "http://127.0.0.1:1/mcp" };

it.each([
  ["packages/starter", [], {}, '"tools":["add","countdown","google_profile","whoami"]'],
  ["packages/sidecar", [], inFront, '"Listening."'],
  ["packages/sidecar", ["cat"], {}, '"Listening."'],
])(
  "the bundle of %s %o that an image runs starts on its own, whole, and stops on SIGTERM",
  async (folder, args, env, said) => {
    const directory = await mkdtemp(join(tmpdir(), "bundle-"));
    try {
      await bundle(folder, directory);
      const child = spawn(process.execPath, ["main.mjs", ...args], {
        cwd: directory,
        env: { HOST: "127.0.0.1", PORT: "0", MCP_LOGIN: "none", PATH: process.env.PATH, ...env },
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
      expect(await log).toContain(said);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
);
