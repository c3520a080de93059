import { readConfig } from "./config.ts";
import { ConfigurationError, findPlaceholders } from "./environment.ts";
import { createLog, describeError } from "./log.ts";
import { startServer } from "./starter.ts";
import { loadTools } from "./toolbox.ts";

/** Lines of one turn of the event loop go out together: a write each would be a fifth of what a request costs. */
let lines = "";
const flush = () => {
  process.stdout.write(lines);
  lines = "";
};
const log = createLog((line) => {
  if (lines === "") setImmediate(flush);
  lines += `${line}\n`;
});
process.on("exit", flush);

/** Runs until `stopSignal` names a signal, and ends the process. */
export async function serve(stopSignal: Promise<string>): Promise<never> {
  try {
    const config = readConfig(process.env);
    for (const name of findPlaceholders(process.env)) {
      log.warn(
        `${name} holds its placeholder: set the real value in its secret under /<stage>/mcp/ and roll the service.`,
      );
    }
    const tools = await loadTools(new URL("./tools/", import.meta.url));
    const starter = await startServer({ config, tools, log });
    log.info(`${await stopSignal}: draining.`);
    await starter.stop();
    process.exit(0);
  } catch (error) {
    const problems = error instanceof ConfigurationError ? error.problems : [describeError(error)];
    for (const problem of problems) log.error(problem);
    process.exit(1);
  }
}
