import { ConfigurationError, findPlaceholders } from "./environment.ts";
import { createLog, describeError } from "./log.ts";
import type { Sidecar, SidecarParts } from "./sidecar.ts";

/**
 * Under load, the lines of so many milliseconds go out together: a write each would be a tenth of what a request costs.
 * At the end the rest goes out too, after a signal as after an error that nobody caught; what ends a process without its
 * knowing, such as SIGKILL, loses that of these milliseconds.
 */
const gatherMs = 10;
const mostGathered = 64 * 2 ** 10;
let lines = "";
let flushedAt = Number.NEGATIVE_INFINITY;
const flush = () => {
  if (lines !== "") process.stdout.write(lines);
  lines = "";
  flushedAt = performance.now();
};
const write = (line: string) => {
  if (lines === "") {
    const left = flushedAt + gatherMs - performance.now();
    if (left > 0) setTimeout(flush, left);
    else setImmediate(flush);
  }
  lines += `${line}\n`;
  if (lines.length > mostGathered) flush();
};
const log = createLog(write);
process.on("exit", flush);

/** Runs what `start` starts until `stopSignal` names a signal, and ends the process. */
export async function attend(
  stopSignal: Promise<string>,
  start: (surroundings: Pick<SidecarParts, "log" | "write">) => Promise<Sidecar>,
): Promise<never> {
  try {
    for (const name of findPlaceholders(process.env)) {
      log.warn(
        `${name} holds its placeholder: set the real value in its secret under /<stage>/mcp/ and roll the service.`,
      );
    }
    const sidecar = await start({ log, write });
    log.info(`${await stopSignal}: draining.`);
    await sidecar.stop();
    process.exit(0);
  } catch (error) {
    const problems = error instanceof ConfigurationError ? error.problems : [describeError(error)];
    for (const problem of problems) log.error(problem);
    process.exit(1);
  }
}
