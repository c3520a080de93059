import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { findService } from "../stage.ts";

export function addConnect(parent: Parent, runner: Runner): void {
  stageCommand(parent, "connect", "print a line to paste that connects an MCP client to a service")
    .argument("<service>", "its key in the map, or its host label")
    .option("--json", "as JSON, in the format of mcp.json")
    .option("--stdio", "as JSON for a client that only talks to programs, through mcp-remote")
    .addHelpText(
      "after",
      `
On this machine the line contains npm start's certificate authority, which a
client in Node would not trust otherwise, and an address that it can resolve.
${examples("fleet connect everything --stage local", "fleet connect everything --json > .mcp.json")}`,
    )
    .action((service, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { showConnection } = await import("./show.ts");
          const form = options.stdio ? "stdio" : options.json ? "http" : "line";
          return showConnection(stage, findService(stage.plan, service), form);
        },
        (plan) => findService(plan, service),
      ),
    );
}
