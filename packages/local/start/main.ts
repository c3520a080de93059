import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { openConsole } from "#console/server.ts";
import { FleetError, planStage, type StagePlan } from "#fleet";
import { checkAlarmRoad } from "./alarm-check.ts";
import { bringUp, probeAll } from "./bring-up.ts";
import { createConsoleView } from "./console-view.ts";
import type { LocalFleet } from "./fleet.ts";
import { choosePort } from "./free-port.ts";
import { checkLogin, followAudit } from "./login-checks.ts";
import { parseOptions, type StartOptions, UsageError, usage } from "./options.ts";
import { checkRotation } from "./rotation-check.ts";
import { createSteps, StepFailed } from "./steps.ts";
import { summarize } from "./summary.ts";

const projectRoot = fileURLToPath(new URL("../../..", import.meta.url));
const stage = "local";
const print = (line: string) => console.log(line);

process.exit(await main(process.argv.slice(2)));

/** @returns the exit code: 0 when all went well, 1 when not, 2 for options it does not know */
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
    console.error(`${pc.red(error.message)}\n\n${usage}`);
    return 2;
  }
  const stack = error instanceof Error && !(error instanceof FleetError) ? `\n${pc.dim(error.stack ?? "")}` : "";
  console.error(`${pc.red(error instanceof Error ? error.message : String(error))}${stack}`);
  return 1;
}

async function start({ ports: asked, mode, reportFile }: StartOptions): Promise<0 | 1> {
  const ports = { ...asked, https: await choosePort(asked.https), http: await choosePort(asked.http) };
  const { default: map } = await import("#config");
  const plan = planStage(map, stage, { httpsPort: ports.https });
  const steps = createSteps(print);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());

  let fleet: LocalFleet | undefined;
  try {
    print(pc.bold(`mcp-fleet, stage ${stage}: ${plan.services.map(({ key }) => key).join(", ")}`));
    fleet = await bringUp({ plan, projectRoot, ports, steps, print, stop: stop.signal });
    if (mode === "exit") {
      await probeAll(steps, plan, fleet);
      await checkLogin(steps, plan, fleet);
      await checkRotation(steps, plan, fleet);
      await checkAlarmRoad(steps, plan, fleet);
    } else {
      await attend(fleet, plan, ports.console, stop.signal);
    }
  } catch (error) {
    // A failed step has been printed; a step that Ctrl-C cut off is no failure to explain.
    if (!(error instanceof StepFailed) && !stop.signal.aborted) throw error;
  } finally {
    print(pc.dim("Stopping every task and the endpoint…"));
    await fleet?.close();
    if (reportFile !== undefined) await writeReport(reportFile, { steps: steps.all });
  }
  return steps.all.every(({ ok }) => ok) && (mode === "stay" || !stop.signal.aborted) ? 0 : 1;
}

/** Shows where everything is and what happens, until Ctrl-C. */
async function attend(fleet: LocalFleet, plan: StagePlan, consolePort: number, stop: AbortSignal): Promise<void> {
  const page = await openConsole({ port: consolePort, ...createConsoleView(fleet, plan) });
  for (const line of summarize(plan, fleet, page.url)) print(line);
  followAudit(fleet.hec, print);
  await untilStopped(stop);
  await page.close();
}

async function untilStopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  await new Promise((resolve) => stop.addEventListener("abort", resolve, { once: true }));
}

async function writeReport(file: string, report: unknown): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
}
