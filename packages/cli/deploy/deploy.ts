import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { evidenceOf } from "#evidence/deploy-output.ts";
import { names } from "#fleet";
import type { Change } from "../diff/changes.ts";
import { compare, describeChanges, describeRefused } from "../diff/show.ts";
import { type ExitCode, Failure, reasonOf, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { describeServices } from "../status/read.ts";
import { pollMs } from "../wait.ts";
import { runSst } from "./sst.ts";

/** Says what would change, asks, and deploys. Gives 0 where all of it is deployed, 1 where not, or nobody agreed. */
export async function deploy(stage: Stage, consent: "ask" | "agreed"): Promise<ExitCode> {
  const { terminal, plan, project } = stage;
  const changes = await describePlan(stage);
  if (consent === "ask" && !(await isAgreed(stage, changes))) {
    terminal.print("Nothing was deployed.");
    return 1;
  }
  const logFile = join(project, ".mcp-fleet", `deploy-${plan.stage}.log`);
  const began = Date.now();
  const ended = new AbortController();
  const progress = showProgress(stage, began, ended.signal);
  const outcome = await runSst(stage, logFile).finally(() => ended.abort());
  await progress;
  terminal.progress("");
  if (outcome.code === 0) {
    terminal.print(`Stage ${plan.stage} is deployed.`);
    return 0;
  }
  for (const line of evidenceOf(outcome.lines)) terminal.note(line);
  const how = outcome.code === undefined ? "was interrupted" : `left with code ${outcome.code}`;
  throw new Failure(
    `sst deploy ${how}: the full output is in ${relative(project, logFile)}. fleet status shows what runs now.`,
  );
}

async function describePlan(stage: Stage): Promise<readonly Change[]> {
  const { terminal, plan } = stage;
  const { present, changes, refused } = await compare(stage, "text");
  if (!present.deployed)
    terminal.print(`Stage ${plan.stage} is not deployed: this creates its network, its balancers, and`);
  for (const line of [...describeChanges(terminal, changes), ...describeRefused(terminal, refused)])
    terminal.print(line);
  if (changes.length === 0) terminal.print("Nothing changes that the map determines; functions and images may.");
  return changes;
}

async function isAgreed({ terminal, plan }: Stage, changes: readonly Change[]): Promise<boolean> {
  if (!terminal.interactive)
    throw new UsageError(`Deploy ${plan.stage}? Cannot ask: this is not a terminal. Add --yes.`);
  const removed = changes.filter(({ kind }) => kind === "remove").length;
  const warning = removed === 0 ? "" : `, ${removed} of these ${removed === 1 ? "is a removal" : "are removals"}`;
  return /^y(es)?$/i.test((await terminal.ask(`Deploy ${plan.stage}${warning} (y/N)? `)).trim());
}

/** What each service is doing, until the deploy has ended. */
async function showProgress(stage: Stage, began: number, signal: AbortSignal): Promise<void> {
  const { terminal, plan } = stage;
  while (!signal.aborted) {
    // The deploy has rights and patience of its own: what a look at it is refused is said, and looked for again.
    const text = await describeRollouts(stage, began).catch((error: unknown) => `Deploying… (${reasonOf(error)})`);
    terminal.progress(text, Date.now() - began);
    await sleep(pollMs(plan), undefined, { signal }).catch(() => undefined);
  }
}

async function describeRollouts(stage: Stage, began: number): Promise<string> {
  const { plan } = stage;
  const keys = new Map(plan.services.map(({ key }) => [names.service(plan.stage, key), key]));
  const services = await describeServices(stage, plan.services);
  const rolling = (services ?? []).flatMap(({ serviceName = "", deployments = [] }) => {
    const primary = deployments.find(({ status }) => status === "PRIMARY");
    if (primary === undefined || (primary.createdAt?.getTime() ?? 0) < began) return [];
    const failed = primary.failedTasks ? `, ${primary.failedTasks} failed` : "";
    const state = `${primary.runningCount ?? 0} of ${primary.desiredCount ?? 0} new tasks run${failed}`;
    return primary.rolloutState === "COMPLETED" ? [] : [`${keys.get(serviceName) ?? serviceName}: ${state}`];
  });
  const [first, ...others] = rolling;
  if (first === undefined) return `Deploying ${plan.stage}…`;
  return others.length === 0 ? first : `${first}; ${others.length} more ${others.length === 1 ? "rolls" : "roll"}`;
}
