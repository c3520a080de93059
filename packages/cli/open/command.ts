import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { findService } from "../stage.ts";

export function addOpen(parent: Parent, runner: Runner): void {
  stageCommand(parent, "open", "open a service's public address in the browser")
    .argument("<service>", "its key in the map, or its host label")
    .option("--print", "only print it")
    .addHelpText("after", examples("fleet open google_workspace --stage prod --print"))
    .action((service, options) =>
      runner.onPlan(options, async (plan, terminal) => {
        const { openInBrowser } = await import("./browser.ts");
        const { url } = findService(plan, service);
        terminal.print(url);
        if (!options.print && terminal.interactive) await openInBrowser(url);
        return 0;
      }),
    );
}
