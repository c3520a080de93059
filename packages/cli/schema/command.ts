import { examples, type Parent, type Runner } from "../command.ts";
import { UsageError } from "../failure.ts";
import { shown } from "../stage.ts";

export function addSchema(parent: Parent, runner: Runner): void {
  parent
    .command("schema")
    .description("the JSON Schema of what a command prints with --json")
    .argument("[command...]", "which command (default: all, by their names)")
    .addHelpText("after", examples("fleet schema status", "fleet schema secrets list"))
    .action((words) =>
      runner.onProject(async ({ terminal }) => {
        const { toJsonSchema } = await import("@valibot/to-json-schema");
        const { documents, isDocument } = await import("./documents.ts");
        const name = words.join(" ");
        const print = (document: object) => terminal.print(JSON.stringify(document, undefined, 2));
        if (name === "")
          return print(Object.fromEntries(Object.entries(documents).map(([key, one]) => [key, toJsonSchema(one)])));
        if (!isDocument(name))
          throw new UsageError(`No JSON of ${shown(name)}: there is ${Object.keys(documents).join(", ")}.`);
        print(toJsonSchema(documents[name]));
      }),
    );
}
