import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { StagePlan } from "#fleet";
import type { ExitCode } from "./failure.ts";
import { openStage, planWanted, type Stage, type Surroundings } from "./stage.ts";
import type { Terminal } from "./terminal.ts";

/** How commands run: opened on a stage, closed whatever happens, their exit code kept. */
export interface Runner {
  /**
   * Runs work on the stage that the options name; it gives the exit code.
   * @param check mistakes in the command line itself, reported before any call to AWS
   */
  onStage(
    options: StageOptions,
    work: (stage: Stage) => Promise<ExitCode>,
    check?: (plan: StagePlan) => unknown,
  ): Promise<void>;
  /** As `onStage`, for what the map alone answers: no credentials, no calls. */
  onPlan(options: StageOptions, work: (plan: StagePlan, terminal: Terminal) => Promise<ExitCode>): Promise<void>;
  /** As `onPlan`, for commands that need no particular stage; gives the one that somebody named. */
  onProject(work: (surroundings: Surroundings, stage: string | undefined) => Promise<void>): Promise<void>;
}

export interface StageOptions {
  readonly stage?: string | undefined;
}

/** What commands are added to: `fleet`, or a group such as `fleet secrets`. */
export type Parent = CommandUnknownOpts;

/** Lines below a command's help. */
export function examples(...lines: readonly string[]): string {
  return ["", lines.length > 1 ? "Examples:" : "Example:", ...lines.map((line) => `  ${line}`)].join("\n");
}

/** A command on a stage; every one has `--stage`. */
export function stageCommand(parent: Parent, name: string, summary: string) {
  return parent
    .command(name)
    .description(summary)
    .option("--stage <stage>", "stage of fleet.config.ts (default: FLEET_STAGE)");
}

export interface Run {
  readonly runner: Runner;
  readonly outcome: {
    code: ExitCode;
    plan: StagePlan | undefined;
    /** The value of `--stage`, wherever in the command line it stands: commander gives it to the program. */
    stage: string | undefined;
  };
}

export function createRun(surroundings: Surroundings): Run {
  const outcome: Run["outcome"] = { code: 0, plan: undefined, stage: undefined };
  return {
    outcome,
    runner: {
      async onStage(options, work, check) {
        outcome.plan = await planWanted(surroundings, options.stage ?? outcome.stage);
        check?.(outcome.plan);
        const stage = await openStage(surroundings, outcome.plan);
        try {
          outcome.code = await work(stage);
        } finally {
          stage.aws.close();
        }
      },
      async onPlan(options, work) {
        outcome.plan = await planWanted(surroundings, options.stage ?? outcome.stage);
        outcome.code = await work(outcome.plan, surroundings.terminal);
      },
      onProject: (work) => work(surroundings, outcome.stage ?? surroundings.env.FLEET_STAGE),
    },
  };
}
