#!/usr/bin/env node
// The entry point of `npx fleet` on any Node from 20: plain JavaScript that hands over to the Node 24 in the packages.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const own = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
// If there is no Node package for this platform, the machine's own is used if it is new enough.
const isNewEnough = Number(process.versions.node.split(".")[0]) >= 24 && existsSync(join(root, "node_modules"));
const node = existsSync(own) ? own : isNewEnough ? process.execPath : undefined;

if (node === undefined) {
  console.error("The packages of mcp-fleet are not installed: run npm ci in its folder, then the same command again.");
  process.exit(1);
}

const fleet = spawn(node, [join(root, "packages", "cli", "main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  // Two thirds of a short command would go into compiling the same packages each time.
  env: { NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "mcp-fleet"), ...process.env },
  shell: process.platform === "win32",
});
// Ctrl-C reaches the whole foreground group: the command ends itself, and this process with its exit code.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => fleet.kill("SIGTERM"));
fleet.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
