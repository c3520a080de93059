import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** 161 MB that only `clients.test.ts` needs: installed with its first run, not with everybody's `npm ci`. */
export const installed = fileURLToPath(new URL("./installed", import.meta.url));

/** @returns false where npm's registry cannot be reached */
export async function installClients(): Promise<boolean> {
  const lockfile = await readFile(join(installed, "package-lock.json"));
  const hash = createHash("sha256").update(lockfile).digest("hex");
  const stamp = join(installed, "node_modules/.lockfile");
  if ((await readFile(stamp, "utf8").catch(() => "")) === hash) return true;
  const quick = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--no-audit", "--no-fund"];
  const args = ["ci", "--ignore-scripts", "--omit=optional", "--loglevel=error", ...quick];
  try {
    await promisify(execFile)("npm", args, { cwd: installed, shell: process.platform === "win32" });
  } catch (error) {
    if (/E(AI_AGAIN|NOTFOUND|CONNREFUSED|CONNRESET|HOSTUNREACH|NETUNREACH|TIMEDOUT)/.test(String(error))) return false;
    throw error;
  }
  await writeFile(stamp, hash);
  return true;
}
