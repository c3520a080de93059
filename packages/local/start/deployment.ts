import { createWriteStream, mkdirSync } from "node:fs";
import { devNull } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import type { ProcessSupervisor } from "../endpoint/ports.ts";

export interface DeploymentSpec {
  /** Folder with `sst.config.ts` and `node_modules`. */
  readonly project: string;
  readonly stage: string;
  readonly endpointUrl: string;
  readonly region: string;
  /** The port in the services' public addresses. */
  readonly httpsPort: number;
  readonly logFile: string;
  readonly supervisor: ProcessSupervisor;
  onLine?(line: string): void;
}

export type SstCommand = "deploy" | "remove";

/** What `sst` said, and with which exit code it left. */
export interface SstOutcome {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Runs the real `sst` against the endpoint, with nothing of the operator's AWS settings. */
export async function runSst(command: SstCommand, spec: DeploymentSpec): Promise<SstOutcome> {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = createWriteStream(spec.logFile, { flags: "w" });
  const lines: string[] = [];
  const bin = join(spec.project, "node_modules", ".bin");
  const sst = spec.supervisor.start({
    command: join(bin, "sst"),
    args: [command, "--stage", spec.stage],
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
      SST_TELEMETRY_DISABLED: "1",
      SST_DISABLE_TELEMETRY: "1",
      CDK_DISABLE_CLI_TELEMETRY: "true",
      NO_COLOR: "1",
      // CDK and SST are 40 MB of compiled code, the same each time: a third of the start of every run after the first.
      // https://nodejs.org/api/module.html#module-compile-cache
      NODE_COMPILE_CACHE: compileCacheOf(spec.project),
      // SST builds functions one by one on two cores, and waits meanwhile for an `npm install` of nothing.
      SST_BUILD_CONCURRENCY: "4",
      // SST draws a live table on a terminal; plain lines are what a log keeps.
      CI: "true",
    },
    onLine(line) {
      lines.push(line);
      log.write(`${line}\n`);
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
