import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { readMap } from "#cli/map/read.ts";
import { FleetError, type StagePlan } from "#fleet";
import { checkAlarmRoad } from "./alarm-check.ts";
import { attend } from "./attend.ts";
import { bringUp, probeAll } from "./bring-up.ts";
import type { LocalFleet } from "./fleet.ts";
import { planLocal, stage } from "./local-stage.ts";
import { checkAudit, checkLogin } from "./login-checks.ts";
import { parseOptions, type StartOptions, UsageError, usage } from "./options.ts";
import { complain, pc, print } from "./output.ts";
import { checkBrokenRelease } from "./release-check.ts";
import { checkRotation } from "./rotation-check.ts";
import { createSteps, StepFailed, type Steps } from "./steps.ts";
import { Watched } from "./watch/watched.ts";

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

process.exit(await main(process.argv.slice(2)));

/** @returns the exit code: 0 if everything succeeded, 1 if not, 2 for unknown options */
async function main(args: readonly string[]): Promise<0 | 1 | 2> {
  try {
    const options = parseOptions(args);
    if (options !== "help") return await start(options);
    print(usage);
    return 0;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): 1 | 2 {
  if (error instanceof UsageError) {
    complain(`${pc.red(error.message)}\n\n${usage}`);
    return 2;
  }
  const stack = error instanceof Error && !(error instanceof FleetError) ? `\n${pc.dim(error.stack ?? "")}` : "";
  complain(`${pc.red(error instanceof Error ? error.message : String(error))}${stack}`);
  return 1;
}

/** The balancer's ports stand in public addresses, the console's in cards: they must be known before the deploy. */
async function choosePort(asked: number): Promise<number> {
  return asked === 0 ? takePort() : asked;
}

async function start({ ports: asked, mode, watch, reportFile }: StartOptions): Promise<0 | 1> {
  const ports = {
    ...asked,
    https: await choosePort(asked.https),
    http: await choosePort(asked.http),
    console: await choosePort(asked.console),
  };
  const reading = await readMap(projectRoot);
  if (reading.kind === "mistake") throw reading.error;
  const { map, files } = reading;
  const plan = planLocal(map, ports.https);
  const steps = createSteps(print);
  const watched = new Watched(projectRoot);
  watched.followMap(files);
  await watched.followCode(plan);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());

  let fleet: LocalFleet | undefined;
  // Ctrl-C ends a fleet that is up as it should; before that it leaves a start that did not succeed.
  let succeeded = false;
  try {
    print(pc.bold(`mcp-fleet, stage ${stage}: ${plan.services.map(({ key }) => key).join(", ")}`));
    fleet = await bringUp({ plan, projectRoot, ports, steps, print, stop: stop.signal });
    if (mode === "exit") {
      await check(steps, plan, fleet);
      succeeded = !stop.signal.aborted;
    } else {
      succeeded = !stop.signal.aborted;
      const saves = watch ? { map, watched, complete: steps.all.every(({ ok }) => ok) } : undefined;
      const parts = { fleet, projectRoot, ports, print, stop: stop.signal, steps: createSteps(print) };
      await attend({ ...parts, plan, saves, consolePort: ports.console, start: steps.all });
    }
  } catch (error) {
    // A failed step has been printed; one that Ctrl-C cut off needs no explanation.
    if (!(error instanceof StepFailed) && !stop.signal.aborted) throw error;
  } finally {
    print(pc.dim("Stopping every task and the endpoint…"));
    await fleet?.close();
    if (reportFile !== undefined) await writeReport(reportFile, { steps: steps.all });
  }
  return succeeded && steps.all.every(({ ok }) => ok) ? 0 : 1;
}

/** Every service on its own; checks of the whole fleet only if all of it is up. */
async function check(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const complete = steps.all.every(({ ok }) => ok);
  await probeAll(steps, plan, fleet);
  if (!complete) return print(pc.yellow("Login, audit trail, rotation and alarms are skipped: fix the deploy first."));
  const visited = await checkLogin(steps, plan, fleet);
  await checkAudit(steps, plan, fleet, visited);
  await checkRotation(steps, plan, fleet);
  await checkAlarmRoad(steps, plan, fleet);
  await checkBrokenRelease(steps, plan, fleet);
}

async function writeReport(file: string, report: unknown): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
}
