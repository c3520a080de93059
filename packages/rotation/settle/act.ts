import { current, pending, rejectedLabel, settlingTag } from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import { markRejected } from "../reject.ts";
import { parseValue, placeholdersIn } from "../value.ts";
import type { Action } from "./action.ts";
import type { Memory, SettlePorts } from "./ports.ts";
import { discard, type RevocationEnd, revoke } from "./revoke.ts";
import { readSettling, writeSettling } from "./settling.ts";
import { tell } from "./tell.ts";

export type SecretAction = Exclude<Action, { readonly kind: "wait" | "roll" }>;

/** Does one action on one secret. */
export async function act(action: SecretAction, entry: SecretEntry, ports: SettlePorts, memory: Memory): Promise<void> {
  const { store } = ports;
  const { versionId } = "versionId" in action ? action : { versionId: action.from };
  switch (action.kind) {
    case "record":
      return store.tag(entry.id, settlingTag, writeSettling(action));
    case "prove":
      return prove(entry, versionId, ports, memory);
    case "reject":
      return reject(entry, versionId, action.reason, ports);
    case "restore":
      return restore(entry, action, ports);
    case "revoke":
      return park(await revoke(entry, action, ports), entry, ports, memory);
    case "unblock":
      await store.moveLabel(entry.id, pending, { from: versionId });
      return;
    case "discard":
      return park(await discard(entry, versionId, ports), entry, ports, memory);
    case "report":
      return report(entry, versionId, action.reason, ports);
  }
}

function park(end: RevocationEnd, { key }: SecretEntry, { log }: SettlePorts, memory: Memory): void {
  if (end.kind === "done") return;
  memory.parked.add(key);
  log({ level: "info", secret: key, kind: "wait", reason: end.reason });
}

async function prove(entry: SecretEntry, versionId: string, ports: SettlePorts, memory: Memory): Promise<void> {
  const proof = await proveVersion(entry, versionId, ports);
  memory.proofs.set(entry.key, { ...memory.proofs.get(entry.key), [versionId]: proof });
  ports.log({ level: "info", secret: entry.key, version: versionId, ...proof });
}

async function proveVersion(entry: SecretEntry, versionId: string, ports: SettlePorts) {
  const issuer = ports.issuerOf(entry);
  const text = await ports.store.read(entry.id, versionId);
  // Who issues no keys has none to look for: plain text and binary are values too.
  const value = parseValue(text) ?? (text !== undefined && issuer.keys.length === 0 ? {} : undefined);
  if (value === undefined) return { verdict: "rejected", reason: "it is not a JSON object" } as const;
  const unfilled = placeholdersIn(value, entry.placeholders);
  if (unfilled.length > 0) {
    return { verdict: "rejected", reason: `it has placeholders in ${unfilled.join(", ")}` } as const;
  }
  return issuer.prove(value);
}

/** People are notified first: with the mark set, a failure after it would leave them uninformed. */
async function reject(entry: SecretEntry, versionId: string, reason: string, ports: SettlePorts): Promise<void> {
  const secret = await ports.store.describe(entry.id);
  const labels = secret.versions.find(({ id }) => id === versionId)?.labels ?? [];
  if (labels.includes(rejectedLabel(versionId))) return;
  if (labels.includes(current)) {
    const text = `The new value of ${secret.name} does not work: ${reason}. The previous one is restored.`;
    await tell(entry, "rejected", versionId, { text, remedy: "" }, ports);
  }
  await markRejected(ports.store, secret, versionId);
}

async function restore(
  entry: SecretEntry,
  { from, to }: Action & { readonly kind: "restore" },
  { store }: SettlePorts,
): Promise<void> {
  // `refused`: somebody moved the label just now; the next observation shows where.
  if ((await store.moveLabel(entry.id, current, { from, to })) === "refused") return;
  const { versions } = await store.describe(entry.id);
  const blocked = versions.some(({ id, labels }) => id === from && labels.includes(pending));
  if (blocked) await store.moveLabel(entry.id, pending, { from });
}

async function report(entry: SecretEntry, versionId: string, reason: string, ports: SettlePorts): Promise<void> {
  const text = `The fleet cannot settle ${entry.key}: ${reason}.`;
  const remedy = "Set a working value by hand, or fix the service; docs/rotation.md, `stuck`, explains which.";
  await tell(entry, "stuck", versionId, { text, remedy }, ports);
  const { tags } = await ports.store.describe(entry.id);
  const settling = readSettling(tags[settlingTag]);
  if (settling?.versionId !== versionId) return;
  await ports.store.tag(entry.id, settlingTag, writeSettling({ ...settling, phase: "stuck" }));
}
