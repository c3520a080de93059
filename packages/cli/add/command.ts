import { Option } from "@commander-js/extra-typings";
import { examples, type Parent, type Runner } from "../command.ts";

export function addAdd(parent: Parent, runner: Runner): void {
  parent
    .command("add")
    .description("add a server that others wrote to the map, behind the sidecar")
    .argument("<source>", "npm:<package>, image:<image>, or a server.json: a file, an address, or -")
    .option("--key <key>", "its key in the map (default: from its name)")
    .addOption(
      new Option("--login <login>", "who may use it")
        .choices(["google", "openid", "none"] as const)
        .default("google" as const),
    )
    .option("--yes", "write it without asking")
    .addHelpText(
      "after",
      `
It shows the entry, what it creates and what that costs, and changes nothing
else in fleet.config.ts. A server.json is what the MCP registry has of a server.
${examples("fleet add npm:@modelcontextprotocol/server-memory", "fleet add image:acme/notes:1.4 --login none")}`,
    )
    .action((source, options) =>
      runner.onProject(async (surroundings) => {
        const { addService } = await import("./add.ts");
        await addService(surroundings, source, options);
      }),
    );
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
        const { removeService } = await import("./add.ts");
        await removeService(surroundings, service, options);
      }),
    );
}
