import { fileURLToPath } from "node:url";
import { run } from "./program.ts";
import { createTerminal } from "./terminal.ts";

const stop = new AbortController();
/** What does not end by itself within this time of Ctrl-C, such as a call that nobody answers, is ended. */
const patienceMs = 1_000;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stop.abort();
    setTimeout(() => process.exit(1), patienceMs).unref();
  });
}
// A reader that has seen enough, `fleet logs … | head`, is no failure.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(0));

process.exitCode = await run(process.argv.slice(2), {
  terminal: createTerminal(process),
  env: process.env,
  project: fileURLToPath(new URL("../..", import.meta.url)),
  readMap: async () => (await import("#config")).default,
  signal: stop.signal,
  stdin: process.stdin,
  stdout: process.stdout,
});
