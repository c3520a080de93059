import { randomUUID } from "node:crypto";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";
import { post, readHecSettings } from "./hec.ts";
import { findEvent, type SearchSettings, searchSettings } from "./search.ts";

/** What became of the event; `search` is how a person finds it. */
interface Outcome {
  readonly stage: string;
  readonly index: string;
  readonly marker: string;
  readonly search: string;
  readonly accepted: boolean;
  /** `null` if Splunk cannot be searched. */
  readonly found: boolean | null;
  /** What is wrong, and what to do about it. */
  readonly problem: string | null;
}

export async function checkAudit(stage: Stage, atMostMs: number, format: "text" | "json"): Promise<ExitCode> {
  const { terminal } = stage;
  const outcome = await tryAudit(stage, atMostMs, format === "text" ? (line) => terminal.print(line) : () => undefined);
  if (format === "json") terminal.print(JSON.stringify(outcome, undefined, 2));
  else if (outcome.problem !== null) terminal.note(outcome.problem);
  else if (outcome.found === null)
    terminal.note(`To find it, set SPLUNK_SEARCH_URL and SPLUNK_SEARCH_TOKEN, or search ${outcome.search}`);
  return outcome.problem === null ? 0 : 1;
}

async function tryAudit(stage: Stage, atMostMs: number, print: (line: string) => void): Promise<Outcome> {
  const { plan } = stage;
  const index = plan.auditIndex;
  const settings = await readHecSettings(stage);
  const marker = `fleet-audit-check-${randomUUID()}`;
  const sent = { stage: plan.stage, index, marker, search: `index=${index} ${marker}` };
  const event = {
    time: Date.now() / 1_000,
    index,
    source: "fleet-audit-check",
    sourcetype: "mcp:audit:check",
    event: { action: "audit_check", marker, stage: plan.stage },
  };
  const verdict = await post(stage.fetch, settings, JSON.stringify(event));
  if (verdict.kind === "refused")
    return { ...sent, accepted: false, found: null, problem: `${verdict.what}. ${verdict.remedy}` };
  print(`Splunk accepted an event for index ${index}, marked`);
  print(`  ${marker}`);
  const search = searchSettings(stage, settings.url);
  if (search === undefined) return { ...sent, accepted: true, found: null, problem: null };
  await find(stage, search, sent, atMostMs);
  print("Found the event: the audit trail arrives.");
  return { ...sent, accepted: true, found: true, problem: null };
}

async function find(
  stage: Stage,
  search: SearchSettings,
  { index, marker }: Pick<Outcome, "index" | "marker">,
  atMostMs: number,
): Promise<void> {
  const { terminal, plan, signal } = stage;
  const look = async () => ((await findEvent(stage.fetch, search, index, marker)) ? true : undefined);
  await waitFor(look, {
    everyMs: pollMs(plan),
    atMostMs,
    signal,
    until: `the event to be found: it was accepted, so check the settings of index ${index} in Splunk`,
    progress: { terminal, describe: () => `Looking for it in ${index}` },
    meanwhile: `Splunk has accepted the event: search index=${index} ${marker}`,
  });
}
