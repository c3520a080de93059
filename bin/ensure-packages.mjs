// Runs before `npm start` and `npm test`, without node_modules and on any Node from 20: plain JavaScript, no imports
// but Node's own. Installs from the lockfile when packages are missing or stale, and does nothing else.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".mcp-fleet-lockfile");
const lockfile = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  console.error(
    `Node ${process.versions.node} is too old: mcp-fleet needs Node 20 or newer to install its own Node 24.`,
  );
  process.exit(1);
}

if (installed() !== lockfile) {
  console.log("Installing packages from package-lock.json (about a minute the first time)…");
  const began = Date.now();
  rmSync(stamp, { force: true });
  // npm warns that some packages want a newer Node than the machine's: they run on the Node 24 that this installs.
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (npm.error !== undefined || npm.status !== 0) {
    console.error(
      `npm ci failed${npm.error ? `: ${npm.error.message}` : ` with exit code ${npm.status}`}. See its output above.`,
    );
    process.exit(1);
  }
  if (major < 24 && !existsSync(join(root, "node_modules", ".bin", "node"))) {
    console.error(`npm has no Node 24 for ${process.platform} on ${process.arch}: install Node 24 or newer yourself.`);
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lockfile);
  console.log(`Packages are in place (${Math.round((Date.now() - began) / 1000)} s).`);
}

/** The lockfile that the packages on disk came from; undefined when there are none. */
function installed() {
  try {
    return readFileSync(stamp, "utf8");
  } catch {
    return undefined;
  }
}
