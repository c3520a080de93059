import { fileURLToPath } from "node:url";
import { loadMapFrom } from "#fleet";
import { run } from "./program.ts";
import { createTerminal } from "./terminal.ts";

const stop = new AbortController();
/** Whatever has not ended this long after Ctrl-C, such as a call that gets no answer, is cut off. */
const patienceMs = 1_000;
const held = new Set<Promise<unknown>>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stop.abort();
    void Promise.allSettled(held).then(() => setTimeout(() => process.exit(1), patienceMs).unref());
  });
}
// A reader that closes the pipe, as in `fleet logs … | head`, is no failure.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(0));

process.exitCode = await run(process.argv.slice(2), {
  terminal: createTerminal(process),
  env: process.env,
  project: fileURLToPath(new URL("../..", import.meta.url)),
  readMap: () => loadMapFrom(() => import("#config")),
  signal: stop.signal,
  hold(work) {
    held.add(work);
    return work.finally(() => held.delete(work));
  },
  stdin: process.stdin,
  stdout: process.stdout,
});
