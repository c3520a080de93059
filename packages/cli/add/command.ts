import { Option } from "@commander-js/extra-typings";
import { examples, type Parent, type Runner } from "../command.ts";
import { UsageError } from "../failure.ts";

export function addAdd(parent: Parent, runner: Runner): void {
  parent
    .command("add")
    .description("add a server that others wrote to the map, behind the sidecar")
    .argument("<source>", "npm:<package>, pypi:<package>, image:<image>, or a server.json: a file, an address, or -")
    .option("--key <key>", "its key in the map (default: from its name)")
    .addOption(
      new Option("--login <login>", "who may use it")
        .choices(["google", "openid", "none"] as const)
        .default("google" as const),
    )
    .option(
      "--port <port>",
      "where a server over HTTP listens (default: as its server.json has it, or 8000)",
      parsePort,
    )
    .option("--values <file>", "values of what it declares, as lines of NAME=value; - reads a pipe")
    .option("--yes", "write it without asking")
    .addHelpText(
      "after",
      `
It asks for the secrets that the server declares, shows the entry, what it
creates and what that costs, and changes nothing else in fleet.config.ts. The
values go to the stage that --stage names, or to the one that npm start runs,
once its deploy has made the secret; they are never arguments, and in no file. A
server.json is what the MCP registry has of a server.
${examples(
  "fleet add npm:@modelcontextprotocol/server-memory",
  "fleet add pypi:mcp-server-git==2026.1.14",
  "fleet add image:acme/notes:1.4 --port 3000 --login none",
  "fleet add server.json --values notes.env --yes",
)}`,
    )
    .action((source, options) =>
      runner.onProject(async (surroundings, stage) => {
        const { addService } = await import("./add.ts");
        await addService(surroundings, source, options, stage);
      }),
    );
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`--port ${text}: use a number from 1 to 65535, such as 3000.`);
}

export function addRemove(parent: Parent, runner: Runner): void {
  parent
    .command("remove")
    .description("remove a service from the map, with secrets that only it uses")
    .argument("<service>", "its key in the map")
    .option("--yes", "remove it without asking")
    .addHelpText("after", examples("fleet remove memory"))
    .action((service, options) =>
      runner.onProject(async (surroundings) => {
        const { removeService } = await import("./remove.ts");
        await removeService(surroundings, service, options);
      }),
    );
}
