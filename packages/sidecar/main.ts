import { ConfigurationError, findPlaceholders } from "#starter/environment.ts";
import { createLog, describeError } from "#starter/log.ts";
import { openAuditOf } from "#starter/starter.ts";
import { readSidecarConfig } from "./config.ts";
import { startSidecar } from "./sidecar.ts";

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

// Registered first: a task that is stopped while it starts must drain, too.
const stopSignal = Promise.withResolvers<string>();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopSignal.resolve(signal));

try {
  const config = readSidecarConfig(process.env, process.argv.slice(2));
  for (const name of findPlaceholders(process.env)) {
    log.warn(
      `${name} holds its placeholder: set the real value in its secret under /<stage>/mcp/ and roll the service.`,
    );
  }
  const audit = await openAuditOf(config.common, log);
  const sidecar = await startSidecar({ config, audit, log, write });
  log.info(`${await stopSignal.promise}: draining.`);
  await sidecar.stop();
  process.exit(0);
} catch (error) {
  const problems = error instanceof ConfigurationError ? error.problems : [describeError(error)];
  for (const problem of problems) log.error(problem);
  process.exit(1);
}
