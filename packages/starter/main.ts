import { readConfig } from "./config.ts";
import { ConfigurationError, findPlaceholders } from "./environment.ts";
import { createLog, describeError } from "./log.ts";
import { startServer } from "./starter.ts";
import { loadTools } from "./toolbox.ts";

const log = createLog((line) => process.stdout.write(`${line}\n`));

// Listened for from the first moment: a task may be told to stop while it starts, and drains all the same.
const told = Promise.withResolvers<string>();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => told.resolve(signal));

try {
  const config = readConfig(process.env);
  for (const name of findPlaceholders(process.env)) {
    log.warn(
      `${name} holds its placeholder: put the real value in its secret under /<stage>/mcp/ and roll the service.`,
    );
  }
  const tools = await loadTools(new URL("./tools/", import.meta.url));
  const starter = await startServer({ config, tools, log });
  log.info(`${await told.promise}: draining.`);
  await starter.stop();
  process.exit(0);
} catch (error) {
  const problems = error instanceof ConfigurationError ? error.problems : [describeError(error)];
  for (const problem of problems) log.error(problem);
  process.exit(1);
}
