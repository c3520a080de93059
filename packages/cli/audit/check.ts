import { randomUUID } from "node:crypto";
import type { SecretPlan } from "#fleet";
import { type ExitCode, Failure } from "../failure.ts";
import { keyStates, readKeys } from "../secrets/value.ts";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";
import { type HecSettings, post } from "./hec.ts";
import { findEvent, searchSettings } from "./search.ts";

const needed = ["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"] as const;

export async function checkAudit(stage: Stage, atMostMs: number): Promise<ExitCode> {
  const { terminal, plan, signal } = stage;
  const settings = await readHecSettings(stage);
  const marker = `fleet-audit-check-${randomUUID()}`;
  const event = {
    time: Date.now() / 1_000,
    index: plan.auditIndex,
    source: "fleet-audit-check",
    sourcetype: "mcp:audit:check",
    event: { action: "audit_check", marker, stage: plan.stage },
  };
  const verdict = await post(stage.fetch, settings, JSON.stringify(event));
  if (verdict.kind === "refused") {
    terminal.note(`${verdict.what}. ${verdict.remedy}`);
    return 1;
  }
  terminal.print(`Splunk accepted an event for index ${plan.auditIndex}, marked ${marker}.`);
  const search = searchSettings(stage, settings);
  if (search === undefined) {
    terminal.note(
      `To find it, set SPLUNK_SEARCH_URL and SPLUNK_SEARCH_TOKEN, or search index=${plan.auditIndex} ${marker}`,
    );
    return 0;
  }
  const look = async () => ((await findEvent(stage.fetch, search, plan.auditIndex, marker)) ? true : undefined);
  await waitFor(look, {
    everyMs: pollMs(plan),
    atMostMs,
    signal,
    until: "the event to be found: it was accepted, so look at the index's settings",
  });
  terminal.print("The event is found: the audit trail arrives.");
  return 0;
}

/** The address and the token that containers are given. Throws `Failure` where they are not there to be used. */
export async function readHecSettings(stage: Stage): Promise<HecSettings> {
  const secret = auditSecret(stage);
  const values = await readKeys(stage, secret);
  const states = new Map(keyStates(secret, values));
  for (const key of needed) {
    const state = states.get(key);
    if (state === "set") continue;
    throw new Failure(`${key} of ${secret.name} is ${state ?? "missing"}: fleet secrets set ${secret.key} ${key}`);
  }
  return { url: values.SPLUNK_HEC_URL ?? "", token: values.SPLUNK_HEC_TOKEN ?? "" };
}

/** The secret of the map that holds the collector's address and token. */
export function auditSecret({ plan }: Stage): SecretPlan {
  const secret = plan.secrets.find(({ keys }) => needed.every((key) => key in keys));
  if (secret !== undefined) return secret;
  throw new Failure(`No secret of the map has ${needed.join(" and ")}: there is no audit trail to check.`);
}
