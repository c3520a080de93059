import { Argument } from "@commander-js/extra-typings";
import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { policyNames } from "./names.ts";

const help = `
first      the first deploy into an account and region, which bootstraps the CDK
later      every deploy after that, changes and removal: for the CI role
read       status, logs, diff, doctor, console and the other reading commands
drill      fleet drill, on a disposable stage
execution  for CDK's execution role, in place of AdministratorAccess

It asks nobody, and needs no credentials.`;

export function addPolicy(parent: Parent, runner: Runner): void {
  stageCommand(parent, "policy", "print the IAM policy that a role of the stage needs")
    .addArgument(new Argument("<role>", "what the role is for").choices(policyNames))
    .addHelpText("after", `${help}\n${examples("fleet policy later --stage prod > policy.json")}`)
    .action((name, options) =>
      runner.onPlan(options, async (plan, terminal) => {
        const { policyOf } = await import("./policy.ts");
        terminal.print(JSON.stringify(policyOf(name, plan), undefined, 2));
        return 0;
      }),
    );
}
