import { resolveNs } from "node:dns/promises";
import { howToDeploy } from "#fleet/deploying.ts";
import { readAlarms } from "../alarms/read.ts";
import { isDenied } from "../aws.ts";
import type { ExitCode } from "../failure.ts";
import { readSecrets } from "../secrets/read.ts";
import type { Stage } from "../stage.ts";
import { type Deployed, readDeployed } from "../status/deployed.ts";
import type { ServiceFacts } from "../status/facts.ts";
import { troubled } from "../status/fleet.ts";
import { findServices } from "../status/read.ts";
import { type Check, type Examination, failure } from "./check.ts";
import { checks } from "./checks/index.ts";
import { readiness } from "./checks/readiness.ts";
import { examine, exitCodeOf } from "./examine.ts";
import { showResults } from "./show.ts";
import { readTemplates, revisionOf } from "./templates.ts";

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

function readOnce(stage: Stage): Examination["deployedOf"] {
  const known = new Map<string, Promise<Deployed>>();
  let templates: ReturnType<typeof readTemplates> | undefined;
  const read = async (facts: ServiceFacts) => {
    templates ??= readTemplates(stage);
    const templated = (await templates).get(revisionOf(facts.service?.taskDefinition ?? ""));
    return templated?.(facts.plan.key) ?? (await readDeployed(stage, facts));
  };
  return (facts) => {
    const id = `${facts.plan.key} ${facts.service?.taskDefinition}`;
    const deployed = known.get(id) ?? read(facts);
    known.set(id, deployed);
    return deployed;
  };
}

export async function runDoctor(stage: Stage, options: DoctorOptions, world = worldOf(stage)): Promise<ExitCode> {
  const { format, only, strict, testAlarm, patienceMs } = options;
  const { terminal, plan } = stage;
  const wanted = only === undefined ? checks : checks.filter(({ id }) => only.includes(id));
  if (format === "text") terminal.note(terminal.paint.dim(`Running ${wanted.length} checks on ${plan.stage}…`));
  const [secrets, alarms] = [readSecrets(stage), readAlarms(stage)];
  // Where no check asks for them.
  for (const one of [secrets, alarms]) one.catch(() => undefined);
  const reading = findServices(stage, {
    secrets: () => secrets,
    // Alarms that cannot be read are what the checks of alarms report.
    doubted: () => alarms.then((all) => troubled(all, undefined)).catch(() => new Set()),
  });
  const absent = await reading.then(
    (found) => found === undefined,
    (error: unknown) => {
      // Other checks work without it.
      if (!isDenied(error)) throw error;
      return false;
    },
  );
  const services = reading.then((found = []) => found);
  services.catch(() => undefined);
  const examination = {
    stage,
    services,
    secrets,
    alarms,
    deployedOf: readOnce(stage),
    testAlarm,
    patienceMs,
    ...world,
  };
  // Where nothing is deployed, there is nothing to call fine.
  const results = await examine(absent ? [deployment, readiness] : wanted, examination, (at) =>
    terminal.progress(at === "" ? "" : terminal.paint.dim(at)),
  );
  if (format === "json") terminal.print(JSON.stringify({ stage: plan.stage, results }, undefined, 2));
  else for (const line of showResults(results, terminal.paint)) terminal.print(line);
  // A check that Ctrl-C cut short proves nothing.
  return stage.signal.aborted ? 1 : exitCodeOf(results, strict);
}
