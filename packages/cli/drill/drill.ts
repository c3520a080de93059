import type { ServicePlan, StagePlan } from "#fleet";
import { releaseAlarmsOf } from "#fleet/release-alarm.ts";
import { explainAws } from "../aws.ts";
import { type ExitCode, Failure, reasonOf, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readEcsService } from "../status/read.ts";
import { columns, fold } from "../table.ts";
import { pollMs, waitFor } from "../wait.ts";
import { type Experience, keepCalling } from "./callers.ts";
import { chat } from "./chat.ts";
import { isPassed, type Outcome } from "./outcome.ts";
import { release } from "./release.ts";
import { secret } from "./secret.ts";
import { sessions } from "./sessions.ts";
import { describeOutcome, documentOf, summaryOf } from "./show.ts";
import { type Change, NotPossible, type Step } from "./step.ts";
import { tasks } from "./tasks.ts";

/** In this order: what hurts most comes while all else is as it was. */
export const steps = [tasks, release, chat, sessions, secret] as const satisfies readonly Step[];
export const stepIds: readonly string[] = steps.map(({ id }) => id);

export interface DrillOptions {
  readonly only: readonly string[] | undefined;
  readonly secret: string | undefined;
  /** For each step. */
  readonly atMostMs: number;
  readonly json: boolean;
}

/** Gives 0 where at least one step passed, and none failed. */
export async function drill(stage: Stage, service: ServicePlan, options: DrillOptions): Promise<ExitCode> {
  const { terminal, plan, signal } = stage;
  await checkWell(stage, service);
  const wanted = steps.filter(({ id }) => options.only?.includes(id) ?? true);
  const heading = `Drill of stage ${plan.stage}. Somebody calls ${service.key} meanwhile, at ${service.url}`;
  if (!options.json) for (const line of fold(heading, columns)) terminal.print(line);
  const outcomes: Outcome[] = [];
  for (const step of wanted) {
    const { id: name, title } = step;
    const skipped = { step: name, title, text: "Ctrl-C ended the drill.", tookMs: 0, people: nobody, left: [] };
    const outcome = signal.aborted
      ? ({ ...skipped, verdict: "not run" } as const)
      : await stage.hold(tryStep(stage, service, step, options));
    outcomes.push(outcome);
    terminal.progress("");
    if (!options.json) for (const line of describeOutcome(outcome, terminal.paint)) terminal.print(line);
  }
  const passed = isPassed(outcomes);
  if (options.json) terminal.print(JSON.stringify(documentOf(plan.stage, service.key, passed, outcomes), null, 2));
  else terminal.print(`\n${summaryOf(outcomes)}`);
  return passed ? 0 : 1;
}

const nobody: Experience = { calls: 0, failed: 0, hurtMs: 0 };

/** What is broken already shows nothing. */
async function checkWell(stage: Stage, service: ServicePlan): Promise<void> {
  const { running, desired, deployments } = await readEcsService(stage, service);
  if (running >= desired || deployments.some(({ state }) => state === "IN_PROGRESS")) return;
  throw new Failure(`${service.key} has ${running} of ${desired} tasks: see fleet status, and drill once it is well.`);
}

async function tryStep(stage: Stage, service: ServicePlan, step: Step, options: DrillOptions): Promise<Outcome> {
  const { terminal, plan, signal } = stage;
  const { id: name, title } = step;
  const began = Date.now();
  const changes: Change[] = [];
  const callers = keepCalling(stage, service);
  let waits = title;
  const tried = await step
    .run({
      stage,
      service,
      secret: options.secret,
      putBack: (change) => changes.unshift(change),
      until: (what, look) => {
        waits = `${name}: waiting for ${what}`;
        const atMostMs = Math.max(0, began + options.atMostMs - Date.now());
        const progress = { terminal, describe: () => waits };
        return waitFor(look, { everyMs: pollMs(plan), atMostMs, signal, until: what, progress });
      },
    })
    .then(
      (text) => ({ verdict: "passed" as const, text }),
      (error: unknown) => ({
        verdict: error instanceof NotPossible ? ("not possible" as const) : ("failed" as const),
        text: signal.aborted ? "Ctrl-C ended it." : (explainAws(error, plan) ?? reasonOf(error)),
      }),
    );
  const tookMs = Date.now() - began;
  if (signal.aborted && changes.length > 0)
    terminal.note(`Putting back ${changes.map(({ what }) => what).join(", ")}; Ctrl-C again leaves it as it is.`);
  const left: string[] = [];
  for (const { what, undo } of changes) {
    await undo().catch((error: unknown) => left.push(`${what}: ${explainAws(error, plan) ?? reasonOf(error)}`));
  }
  const people = await callers.stop();
  const outcome = { step: name, title, ...tried, tookMs, people, left };
  return left.length === 0 ? outcome : { ...outcome, verdict: "failed" };
}

/** Whom the drill is tried on, where nobody says: one whose releases are judged by their calls, and that has a task. */
export function chooseService(plan: StagePlan): ServicePlan {
  const running = plan.services.filter(({ desiredCount }) => desiredCount > 0);
  const found = running.find((service) => releaseAlarmsOf(plan, service).includes("releaseErrors")) ?? running[0];
  if (found === undefined) throw new Failure("The map has no service with a task.");
  return found;
}

export function parseSteps(text: string | undefined): readonly string[] | undefined {
  const wanted = text?.split(",").map((one) => one.trim());
  const unknown = wanted?.find((one) => !stepIds.includes(one));
  if (unknown === undefined) return wanted;
  throw new UsageError(`--only ${unknown}: the steps are ${stepIds.join(", ")}.`);
}
