import { readConfig } from "./config.ts";
import { ConfigurationError, findPlaceholders } from "./environment.ts";
import { createLog, describeError } from "./log.ts";
import { startServer } from "./starter.ts";
import { loadTools } from "./toolbox.ts";

const log = createLog((line) => process.stdout.write(`${line}\n`));

try {
  const config = readConfig(process.env);
  for (const name of findPlaceholders(process.env)) {
    log.warn(
      `${name} still holds its placeholder: put the real value in its secret under /<stage>/mcp/ and roll the service.`,
    );
  }
  const tools = await loadTools(new URL("./tools/", import.meta.url));
  const starter = await startServer({ config, tools, log });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info(`${signal}: draining.`);
      // Exit codes as ECS shows them: 0 for a stop that was asked for.
      starter.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error(`The stop failed: ${describeError(error)}`);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  const problems = error instanceof ConfigurationError ? error.problems : [describeError(error)];
  for (const problem of problems) log.error(problem);
  process.exitCode = 1;
}
