import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { harmless } from "#chat/text/harmless.ts";
import { settingsOf } from "../aws.ts";
import type { Stage } from "../stage.ts";

export interface SstOutcome {
  /** `undefined` where a signal ended it. */
  readonly code: number | undefined;
  readonly lines: readonly string[];
}

/** Runs `sst deploy` of the stage as somebody would by hand, and keeps what it says in a file. */
export async function runSst({ plan, project, env, signal }: Stage, logFile: string): Promise<SstOutcome> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { flags: "w" });
  const modules = join(project, "node_modules");
  const { endpoint, credentials } = settingsOf(plan, env);
  const sst = spawn(process.execPath, [join(modules, "sst", "cli", "sst.js"), "deploy", "--stage", plan.stage], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...env,
      PATH: `${join(modules, ".bin")}${delimiter}${env.PATH ?? ""}`,
      // SST draws a live table on a terminal; plain lines are what a log keeps.
      CI: "true",
      NO_COLOR: "1",
      ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint, AWS_REGION: plan.region }),
      ...(credentials !== undefined && {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      }),
    },
  });
  // In a terminal Ctrl-C reaches it as well; a signal to this process alone does not.
  signal.addEventListener("abort", () => sst.kill("SIGINT"), { once: true });
  const lines: string[] = [];
  const keep = (line: string) => {
    lines.push(line);
    log.write(`${harmless(line)}\n`);
  };
  for (const stream of [sst.stdout, sst.stderr]) createInterface({ input: stream }).on("line", keep);
  // After the last line, which may come later than the exit.
  await once(sst, "close");
  log.end();
  await finished(log);
  return { code: sst.exitCode ?? undefined, lines };
}
