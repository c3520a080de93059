import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { StagePlan } from "#fleet";
import type { ExitCode } from "./failure.ts";
import { openStage, planWanted, type Stage, type Surroundings } from "./stage.ts";
import type { Terminal } from "./terminal.ts";

/** How commands run: opened on a stage, closed whatever happens, their exit code kept. */
export interface Runner {
  /** Runs work on the stage that the options name; it gives the exit code. */
  onStage(options: StageOptions, work: (stage: Stage) => Promise<ExitCode>): Promise<void>;
  /** As `onStage`, for what the map alone answers: without credentials, and without a call. */
  onPlan(options: StageOptions, work: (plan: StagePlan, terminal: Terminal) => Promise<ExitCode>): Promise<void>;
}

export interface StageOptions {
  readonly stage?: string | undefined;
}

/** What commands are added to: `fleet`, or a group such as `fleet secrets`. */
export type Parent = CommandUnknownOpts;

/** A command on a stage; every one has `--stage`. */
export function stageCommand(parent: Parent, name: string, summary: string) {
  return parent
    .command(name)
    .description(summary)
    .option("--stage <stage>", "stage of fleet.config.ts (default: FLEET_STAGE)");
}

export interface Run {
  readonly runner: Runner;
  readonly outcome: { code: ExitCode; plan: StagePlan | undefined };
}

export function createRun(surroundings: Surroundings): Run {
  const outcome: Run["outcome"] = { code: 0, plan: undefined };
  return {
    outcome,
    runner: {
      async onStage(options, work) {
        outcome.plan = await planWanted(surroundings, options.stage);
        const stage = await openStage(surroundings, outcome.plan);
        try {
          outcome.code = await work(stage);
        } finally {
          stage.aws.close();
        }
      },
      async onPlan(options, work) {
        outcome.plan = await planWanted(surroundings, options.stage);
        outcome.code = await work(outcome.plan, surroundings.terminal);
      },
    },
  };
}
