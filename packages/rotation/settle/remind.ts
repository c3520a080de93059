import { remindedTag, settlingTag } from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import type { SecretAction } from "./action.ts";
import { keep } from "./keep.ts";
import type { SettlePorts } from "./ports.ts";
import { readSettling, writeSettling } from "./settling.ts";
import { tell } from "./tell.ts";

type Of<Kind extends SecretAction["kind"]> = SecretAction & { readonly kind: Kind };

const readMore = "docs/rotation.md describes each state and what to do.";

/** The fleet cannot go on by itself. */
export async function report(
  entry: SecretEntry,
  { versionId, reason }: Of<"report">,
  ports: SettlePorts,
): Promise<void> {
  const text = `The fleet cannot settle ${entry.key}: ${reason}.`;
  const remedy = "Set a working value by hand, or fix the service; docs/rotation.md, `stuck`, explains which.";
  await tell(entry, "stuck", versionId, { text, remedy }, ports);
  await keepReminded(entry, ports);
  const { tags } = await ports.store.describe(entry.id);
  const settling = readSettling(tags[settlingTag]);
  if (settling?.versionId !== versionId) return;
  await keep(entry, settlingTag, writeSettling({ ...settling, phase: "stuck" }), ports);
}

export async function remind(
  entry: SecretEntry,
  { versionId, reason, began }: Of<"remind">,
  ports: SettlePorts,
): Promise<void> {
  const { tags } = await ports.store.describe(entry.id);
  const settling = readSettling(tags[settlingTag]);
  const outcome = settling?.versionId === versionId && settling.phase === "stuck" ? "stuck" : "waiting";
  const text = `${entry.key} has been waiting for ${age(ports.clock.now() - began)}: ${reason}.`;
  await tell(entry, outcome, versionId, { text, remedy: readMore }, ports);
  await keepReminded(entry, ports);
}

export async function resume(entry: SecretEntry, versionId: string, ports: SettlePorts): Promise<void> {
  const text = `${entry.key} is settled, and waits for nothing any more.`;
  await tell(entry, "resumed", versionId, { text, remedy: "" }, ports);
  await ports.store.untag(entry.id, remindedTag);
}

async function keepReminded(entry: SecretEntry, ports: SettlePorts): Promise<void> {
  await keep(entry, remindedTag, new Date(ports.clock.now()).toISOString(), ports);
}

/** `40 minutes`, `5 hours`, `3 days`. */
function age(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
