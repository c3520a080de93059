import { resolveNs } from "node:dns/promises";
import { howToDeploy, isDenied } from "../aws.ts";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { findServices } from "../status/read.ts";
import { type Check, type Examination, failure } from "./check.ts";
import { checks } from "./checks/index.ts";
import { readiness } from "./checks/readiness.ts";
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

const deployment: Check = {
  id: "deployment",
  ok: "",
  look: async ({ stage: { plan } }) => [failure(`Stage ${plan.stage} is not deployed.`, howToDeploy(plan))],
};

/** The world as it is: a domain of this machine has no registrar. */
function worldOf({ plan }: Stage): World {
  return { resolveNs: plan.runsOn === "aws" ? resolveNs : undefined, now: Date.now };
}

export async function runDoctor(stage: Stage, options: DoctorOptions, world = worldOf(stage)): Promise<ExitCode> {
  const { format, only, strict, testAlarm, patienceMs } = options;
  const { terminal, plan } = stage;
  const wanted = only === undefined ? checks : checks.filter(({ id }) => only.includes(id));
  if (format === "text") terminal.note(terminal.paint.dim(`Running ${wanted.length} checks on ${plan.stage}…`));
  const reading = findServices(stage);
  const absent = await reading.then(
    (found) => found === undefined,
    (error: unknown) => {
      // Other checks work without it.
      if (!isDenied(error)) throw error;
      return false;
    },
  );
  const services = reading.then((found = []) => found);
  // Where no check asks for them.
  services.catch(() => undefined);
  const examination = { stage, services, testAlarm, patienceMs, ...world };
  // Where nothing is deployed, there is nothing to call fine.
  const results = await examine(absent ? [deployment, readiness] : wanted, examination, (at) =>
    terminal.progress(at === "" ? "" : terminal.paint.dim(at)),
  );
  if (format === "json") terminal.print(JSON.stringify({ stage: plan.stage, results }, undefined, 2));
  else for (const line of showResults(results, terminal.paint)) terminal.print(line);
  // A check that Ctrl-C cut short proves nothing.
  return stage.signal.aborted ? 1 : exitCodeOf(results, strict);
}
