import { run } from "./program.ts";
import { createTerminal } from "./terminal.ts";

/** Whatever has not ended this long after Ctrl-C, such as a call that gets no answer, is cut off. */
const patienceMs = 1_000;

/** The command line of this process, on what it has. */
export async function runProcess(project: string): Promise<void> {
  const stop = new AbortController();
  const held = new Set<Promise<unknown>>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop.abort();
      void Promise.allSettled(held).then(() => setTimeout(() => process.exit(1), patienceMs).unref());
    });
  }
  process.exitCode = await run(process.argv.slice(2), {
    terminal: createTerminal(process),
    env: process.env,
    project,
    async readMap() {
      const { loadMapFrom } = await import("#fleet");
      return loadMapFrom(() => import("#config"));
    },
    signal: stop.signal,
    hold(work) {
      held.add(work);
      return work.finally(() => held.delete(work));
    },
    stdin: process.stdin,
    stdout: process.stdout,
  });
}
