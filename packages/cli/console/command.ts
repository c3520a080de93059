import { type Parent, type Runner, stageCommand } from "../command.ts";
import { UsageError } from "../failure.ts";

export function addConsole(parent: Parent, runner: Runner): void {
  stageCommand(parent, "console", "open a page that shows the stage live, read-only")
    .option("--port <port>", "on 127.0.0.1; 0 picks a free one (default: 8091)")
    .option("--no-open", "only print its address")
    .action((options) => {
      const port = portOf(options.port);
      return runner.onStage(options, async (stage) => {
        const { showConsole } = await import("./console.ts");
        await showConsole(stage, { port, open: options.open });
        return 0;
      });
    });
}

/** Throws `UsageError`. */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port ${text}: a port is a whole number from 1 to 65535; 0 picks a free one.`);
}
