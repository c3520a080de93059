import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What serves a group: a program of this machine, or the store that comes with this repository. */
export type Engine =
  | { readonly kind: "installed"; readonly command: string; readonly version: string }
  | { readonly kind: "embedded"; readonly reason: string };

const probeTimeoutMs = 5_000;
/** Above the limit that `maxmemory` sets, with room for what the JavaScript engine needs. */
const embeddedHeapMb = 1_536;
const embeddedMain = fileURLToPath(new URL("../../session-store/main.ts", import.meta.url));

/** `redis-server` or `valkey-server` on the PATH, whichever comes first and speaks TLS; else the embedded store. */
export async function findEngine(path: string): Promise<Engine> {
  const found = path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) => [join(folder, "redis-server"), join(folder, "valkey-server")])
    .filter(isExecutable);
  const unfit: string[] = [];
  for (const command of found) {
    const version = await versionOf(command);
    if (version !== undefined) return { kind: "installed", command, version };
    unfit.push(command);
  }
  return {
    kind: "embedded",
    reason:
      unfit.length === 0
        ? "no redis-server or valkey-server on the PATH"
        : `${unfit.join(" and ")} cannot serve TLS, which takes Redis 6 or newer, built with it`,
  };
}

export function describeEngine(engine: Engine): string {
  return engine.kind === "installed"
    ? `${basename(engine.command)} ${engine.version}`
    : `the embedded store (${engine.reason})`;
}

/** The command line that serves what a `redis.conf` says. */
export function commandLine(engine: Engine, configuration: string): readonly [command: string, ...args: string[]] {
  return engine.kind === "installed"
    ? [engine.command, configuration]
    : [process.execPath, `--max-old-space-size=${embeddedHeapMb}`, embeddedMain, configuration];
}

/**
 * Its version, where it knows TLS: it is asked to start with a second line that no server knows, and says at which
 * line it stopped. Undefined for one without TLS, and for what cannot be run.
 */
function versionOf(command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = execFile(command, ["-"], { timeout: probeTimeoutMs, env: {} }, (_error, stdout, stderr) => {
      const said = stdout + stderr;
      const version = /CONFIG FILE ERROR \(\w+ ([\d.]+)\)/.exec(said)?.[1];
      resolve(/at line 2\b/.test(said) ? version : undefined);
    });
    // Something that is not a program ends before it reads.
    probe.stdin?.on("error", () => undefined);
    probe.stdin?.end("tls-port 0\nnot-a-directive 1\n");
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
