import type { StagePlan } from "#fleet";
import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { UsageError } from "../failure.ts";
import { findService } from "../stage.ts";

const help = `
tasks     half of a service's tasks are stopped
release   a release passes its health check and answers no call
chat      a chat cannot be reached while an alarm rings
sessions  Redis is restored from a snapshot, into a group beside it
secret    a secret is set to a value that does not work

It is an outage, to people as well: services fail while it runs, and chats are
told. What it changes it puts back, after Ctrl-C too. It exits with 0 if
something passed and nothing failed.`;

export function addDrill(parent: Parent, runner: Runner): void {
  stageCommand(parent, "drill", "break a disposable stage on purpose, and see what becomes of it")
    .option("--service <service>", "whose tasks, release and callers (default: the first that can)")
    .option("--secret <secret>", "which one is set (default: one that its vendor can test)")
    .option("--only <steps>", "some of the steps, with commas between")
    .option("--timeout <time>", "limit for each step", "30m")
    .option("--yes-really", "on a durable stage as well")
    .option("--json", "print the report as JSON")
    .addHelpText("after", `${help}\n${examples("fleet drill --stage local", "fleet drill --only tasks,release")}`)
    .action((options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { chooseService, drill, parseSteps } = await import("./drill.ts");
          const wanted = options.service;
          return drill(stage, wanted === undefined ? chooseService(stage.plan) : findService(stage.plan, wanted), {
            only: parseSteps(options.only),
            secret: options.secret,
            atMostMs: parseDuration("--timeout", options.timeout),
            json: options.json === true,
          });
        },
        (plan) => [
          checkDisposable(plan, options.yesReally === true),
          options.service === undefined || findService(plan, options.service),
          parseDuration("--timeout", options.timeout),
        ],
      ),
    );
}

/** People depend on a durable stage, and a drill hurts them. */
function checkDisposable({ stage, durable }: StagePlan, really: boolean): void {
  if (durable && !really)
    throw new UsageError(
      `Stage ${stage} is durable: a drill breaks what people use there. Try it on a disposable stage, or add --yes-really.`,
    );
}
