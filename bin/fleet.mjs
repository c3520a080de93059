#!/usr/bin/env node
// The door to `npx fleet` on any Node from 20: plain JavaScript that hands over to the Node 24 among the packages.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");

if (!existsSync(node)) {
  console.error("The packages of mcp-fleet are not installed: run npm ci in its folder, then the same command again.");
  process.exit(1);
}

const fleet = spawn(node, [join(root, "packages", "cli", "main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
// Ctrl-C reaches the whole foreground group: the command ends itself, and this process with its exit code.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => fleet.kill("SIGTERM"));
fleet.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
