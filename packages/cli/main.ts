import { fileURLToPath } from "node:url";
import { run } from "./program.ts";
import { createTerminal } from "./terminal.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
// A reader that has seen enough, `fleet logs … | head`, is no failure.
process.stdout.on("error", () => process.exit(0));

process.exitCode = await run(process.argv.slice(2), {
  terminal: createTerminal(process),
  env: process.env,
  project: fileURLToPath(new URL("../..", import.meta.url)),
  readMap: async () => (await import("#config")).default,
  signal: stop.signal,
  stdin: process.stdin,
  stdout: process.stdout,
});
