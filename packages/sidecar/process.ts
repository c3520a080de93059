import { ConfigurationError, findPlaceholders } from "./environment.ts";
import { createLog, describeError } from "./log.ts";
import type { Sidecar, SidecarParts } from "./sidecar.ts";

/** Lines of one turn of the event loop go out together: a write each would be a fifth of what a request costs. */
let lines = "";
const flush = () => {
  process.stdout.write(lines);
  lines = "";
};
const write = (line: string) => {
  if (lines === "") setImmediate(flush);
  lines += `${line}\n`;
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
