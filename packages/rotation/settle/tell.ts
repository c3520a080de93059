import type { SecretEntry } from "../map.ts";
import type { Outcome } from "../ports.ts";
import type { SettlePorts } from "./ports.ts";

/** Notifies people of what happened to a secret, and logs that. */
export async function tell(
  { key, services }: SecretEntry,
  outcome: Outcome,
  versionId: string,
  words: { readonly text: string; readonly remedy: string },
  { announcer, log }: SettlePorts,
): Promise<void> {
  await announcer.announce({ outcome, secret: key, versionId, services, ...words });
  log({ level: "info", secret: key, version: versionId, outcome });
}
