import { type Parent, type Runner, stageCommand } from "../command.ts";
import { findService } from "../stage.ts";

export function addOpen(parent: Parent, runner: Runner): void {
  stageCommand(parent, "open", "a service's public address, in the browser where there is one")
    .argument("<service>", "its key in the map, or its host label")
    .option("--print", "print it only")
    .action((service, options) =>
      runner.onStage(options, async (stage) => {
        const { openInBrowser } = await import("./browser.ts");
        const { url } = findService(stage.plan, service);
        stage.terminal.print(url);
        if (!options.print && stage.terminal.interactive) await openInBrowser(url);
        return 0;
      }),
    );
}
