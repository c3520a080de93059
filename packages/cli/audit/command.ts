import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";

export function addAudit(parent: Parent, runner: Runner): void {
  const audit = parent.command("audit").description("the audit trail in Splunk");

  stageCommand(audit, "check", "send one marked event with the fleet's own token, and find it")
    .option("--timeout <time>", "how long to look for it", "60s")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
To find the event, Splunk's search is asked: SPLUNK_SEARCH_URL is its REST
address (https://<host>:8089), SPLUNK_SEARCH_TOKEN a token that may search the
index. Without them the check ends where Splunk has accepted the event.
${examples("fleet audit check --timeout 2m")}`,
    )
    .action((options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { checkAudit } = await import("./check.ts");
          return checkAudit(stage, parseDuration("--timeout", options.timeout), options.json ? "json" : "text");
        },
        () => parseDuration("--timeout", options.timeout),
      ),
    );
}
