import { createWriteStream, mkdirSync } from "node:fs";
import { devNull } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import type { ProcessSupervisor } from "@mcp-fleet/endpoint";
import { harmless } from "#chat/text/harmless.ts";

export interface DeploymentSpec {
  /** Folder with `sst.config.ts` and `node_modules`. */
  readonly project: string;
  readonly stage: string;
  readonly endpointUrl: string;
  readonly region: string;
  /** The port in the services' public addresses. */
  readonly httpsPort: number;
  /** Where cards lead to. Default 8090. */
  readonly consolePort?: number | undefined;
  /** How many services the map has. Default: few. */
  readonly services?: number;
  readonly logFile: string;
  readonly supervisor: ProcessSupervisor;
  onLine?(line: string): void;
}

/**
 * Synthesis allocates much and keeps little; the engine's own choice of heap is made for machines with nothing else. A
 * small map needs no such thrift: what 3,000 modules leave behind dies young, where there is room for it.
 */
const thrifty = ["--optimize-for-size", "--max-semi-space-size=4"];
const roomy = ["--min-semi-space-size=32", "--max-semi-space-size=32"];
const manyServices = 50;
/**
 * What says nothing of its kind is CommonJS, as for years: looking for the syntax of a module in each takes longer than
 * compiling it. https://nodejs.org/api/packages.html#syntax-detection
 */
const withoutDetection = "--no-experimental-detect-module";

export type SstCommand = "build" | "deploy" | "remove";

/** The output of `sst` and its exit code. */
export interface SstOutcome {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Runs the real `sst` against the endpoint, with nothing of the operator's AWS settings. */
export async function runSst(command: SstCommand, spec: DeploymentSpec): Promise<SstOutcome> {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = createWriteStream(spec.logFile, { flags: "w" });
  const lines: string[] = [];
  const modules = join(spec.project, "node_modules");
  const bin = join(modules, ".bin");
  const sst = spec.supervisor.start({
    command: process.execPath,
    args: [
      withoutDetection,
      ...((spec.services ?? 0) < manyServices ? roomy : thrifty),
      join(modules, "sst", "cli", "sst.js"),
      command,
      "--stage",
      spec.stage,
    ],
    cwd: spec.project,
    env: {
      ...inherited(),
      PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
      AWS_ENDPOINT_URL: spec.endpointUrl,
      AWS_REGION: spec.region,
      AWS_ACCESS_KEY_ID: "operator",
      AWS_SECRET_ACCESS_KEY: "operator",
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: "true",
      MCP_FLEET_HTTPS_PORT: String(spec.httpsPort),
      ...(spec.consolePort !== undefined && { MCP_FLEET_CONSOLE_PORT: String(spec.consolePort) }),
      NO_COLOR: "1",
      // CDK and SST are 40 MB of compiled code, the same each time: a third of the start of every run after the first.
      // https://nodejs.org/api/module.html#module-compile-cache
      NODE_COMPILE_CACHE: compileCacheOf(spec.project),
      // SST builds functions one by one on two cores, and waits meanwhile for an `npm install` of nothing. Four at
      // once take 100 MB more, or all their time for collecting garbage.
      SST_BUILD_CONCURRENCY: "2",
      // SST keeps esbuild running long after the last function is built, with all it took for the largest. With half
      // of this it takes twice the time. https://pkg.go.dev/runtime#hdr-Environment_Variables
      GOMEMLIMIT: "128MiB",
      // SST draws a live table on a terminal; plain lines are what a log keeps.
      CI: "true",
    },
    onLine(line) {
      lines.push(line);
      log.write(`${harmless(line)}\n`);
      spec.onLine?.(line);
    },
  });
  const { code } = await sst.exited;
  log.end();
  await finished(log);
  return { code, lines };
}

/** Where the compiled code of `sst` is kept between runs. */
export function compileCacheOf(project: string): string {
  return join(project, "node_modules", ".cache", "mcp-fleet");
}

function inherited(): Readonly<Record<string, string>> {
  const kept = ["HOME", "USER", "LANG", "TMPDIR", "TEMP", "SystemRoot", "NODE_OPTIONS"];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
