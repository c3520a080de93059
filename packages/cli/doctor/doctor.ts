import { resolveNs } from "node:dns/promises";
import { isDenied } from "../aws.ts";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readServices } from "../status/read.ts";
import type { Examination } from "./check.ts";
import { checks } from "./checks/index.ts";
import { examine, exitCodeOf } from "./examine.ts";
import { showResults } from "./show.ts";

export interface DoctorOptions {
  readonly format: "text" | "json";
  readonly only: readonly string[] | undefined;
  readonly strict: boolean;
  readonly testAlarm: Examination["testAlarm"];
  readonly patienceMs: number | undefined;
}

/** What the doctor needs besides the stage. */
export type World = Pick<Examination, "resolveNs" | "now">;

/** The world as it is: a domain of this machine has no registrar. */
function worldOf({ plan }: Stage): World {
  return { resolveNs: plan.runsOn === "aws" ? resolveNs : undefined, now: Date.now };
}

export async function runDoctor(stage: Stage, options: DoctorOptions, world = worldOf(stage)): Promise<ExitCode> {
  const { format, only, strict, testAlarm, patienceMs } = options;
  const { terminal, plan } = stage;
  const wanted = only === undefined ? checks : checks.filter(({ id }) => only.includes(id));
  if (format === "text") terminal.note(terminal.paint.dim(`Running ${wanted.length} checks on ${plan.stage}…`));
  const services = readServices(stage);
  await services.catch((error: unknown) => {
    // Other checks work without it.
    if (!isDenied(error)) throw error;
  });
  const examination = { stage, services, testAlarm, patienceMs, ...world };
  const results = await examine(wanted, examination, (at) =>
    terminal.progress(at === "" ? "" : terminal.paint.dim(at)),
  );
  if (format === "json") terminal.print(JSON.stringify({ stage: plan.stage, results }, undefined, 2));
  else for (const line of showResults(results, terminal.paint)) terminal.print(line);
  // A check that Ctrl-C cut short proves nothing.
  return stage.signal.aborted ? 1 : exitCodeOf(results, strict);
}
