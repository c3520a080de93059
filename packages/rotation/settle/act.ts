import type { Proof } from "../issuers/index.ts";
import { current, pending, rejectedLabel, remindedTag, settlingTag } from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import { markRejected } from "../reject.ts";
import { proveSpread } from "../spread.ts";
import { parseValue, placeholdersIn } from "../value.ts";
import type { SecretAction } from "./action.ts";
import { keep } from "./keep.ts";
import type { Memory, SettlePorts } from "./ports.ts";
import { remind, report, resume } from "./remind.ts";
import { discard, done, type RevocationEnd, revoke } from "./revoke.ts";
import { writeSettling } from "./settling.ts";
import { tell } from "./tell.ts";

/** Does one action on one secret. `unfinished`: the issuer needs longer than it was given, or is not there. */
export async function act(
  action: SecretAction,
  entry: SecretEntry,
  ports: SettlePorts,
  memory: Memory,
): Promise<RevocationEnd> {
  const { versionId } = action;
  switch (action.kind) {
    case "record":
      await keep(entry, settlingTag, writeSettling(action), ports);
      return done;
    case "prove":
      await prove(entry, action, ports, memory);
      return done;
    case "reject":
      await reject(entry, versionId, action.reason, ports, memory);
      return done;
    case "restore":
      await restore(entry, action, ports);
      return done;
    case "revoke": {
      const end = await revoke(entry, action, ports);
      // The notice that it settled says as well that it no longer waits.
      if (end.kind === "done" && action.outcome !== "unchanged") await ports.store.untag(entry.id, remindedTag);
      return end;
    }
    case "unblock":
      await ports.store.moveLabel(entry.id, pending, { from: versionId });
      return done;
    case "abandon":
      await abandon(entry, versionId, ports);
      return done;
    case "discard":
      return discard(entry, versionId, ports);
    case "report":
      await report(entry, action, ports);
      return done;
    case "remind":
      await remind(entry, action, ports);
      return done;
    case "resume":
      await resume(entry, versionId, ports);
      return done;
  }
}

type Of<Kind extends SecretAction["kind"]> = SecretAction & { readonly kind: Kind };

async function prove(entry: SecretEntry, action: Of<"prove">, ports: SettlePorts, memory: Memory): Promise<void> {
  const { versionId, proving } = action;
  // An answer is as old as its question: one that was asked within the grace does not count after it.
  const at = ports.clock.now();
  const before = memory.proofs.get(entry.key);
  const last = before?.[versionId];
  const times = (last?.times ?? 0) + 1;
  const proof = await proveVersion(entry, action, last, ports);
  memory.proofs.set(entry.key, { ...before, [versionId]: { ...proof, at, times } });
  ports.log({ level: "info", secret: entry.key, version: versionId, ...proof });
  if (proof.verdict !== "accepted" || proving === undefined) return;
  await keep(entry, settlingTag, writeSettling({ ...proving, isProven: true }), ports);
}

async function proveVersion(
  entry: SecretEntry,
  { versionId, isLate, proving }: Of<"prove">,
  before: Proof | undefined,
  ports: SettlePorts,
): Promise<Proof> {
  const issuer = ports.issuerOf(entry);
  const text = await ports.store.read(entry.id, versionId);
  // Who issues no keys has none to look for: plain text and binary are values too.
  const value = parseValue(text) ?? (text !== undefined && issuer.keys.length === 0 ? {} : undefined);
  if (value === undefined) return { verdict: "rejected", reason: "it is not a JSON object" };
  const unfilled = placeholdersIn(value, entry.placeholders);
  if (unfilled.length > 0) return { verdict: "rejected", reason: `it has placeholders in ${unfilled.join(", ")}` };
  return proveSpread(issuer, value, { clock: ports.clock, isLate, isKnown: proving === undefined, before });
}

/** People are notified first: with the mark set, a failure after it would leave them uninformed. */
async function reject(
  entry: SecretEntry,
  versionId: string,
  reason: string,
  ports: SettlePorts,
  memory: Memory,
): Promise<void> {
  const secret = await ports.store.describe(entry.id);
  const labels = secret.versions.find(({ id }) => id === versionId)?.labels ?? [];
  if (labels.includes(rejectedLabel(versionId))) return;
  if (labels.includes(current)) {
    const text = `The new value of ${secret.name} does not work: ${reason}. The previous one is restored.`;
    await tell(entry, "rejected", versionId, { text, remedy: "" }, ports);
  }
  // Without room for the mark, it is put back in this run.
  if ((await markRejected(ports.store, secret, versionId)) === "full") memory.rejected.add(versionId);
}

async function restore(
  entry: SecretEntry,
  { versionId: from, to }: Of<"restore">,
  { store }: SettlePorts,
): Promise<void> {
  // `refused`: somebody moved the label just now; the next observation shows where.
  if ((await store.moveLabel(entry.id, current, { from, to })) === "refused") return;
  const { versions } = await store.describe(entry.id);
  const blocked = versions.some(({ id, labels }) => id === from && labels.includes(pending));
  if (blocked) await store.moveLabel(entry.id, pending, { from });
}

async function abandon(entry: SecretEntry, versionId: string, ports: SettlePorts): Promise<void> {
  const text = `A rotation of ${entry.key} was abandoned: its new value was not accepted. The value in use stays.`;
  const remedy = "Rotate again once the last change has settled, or wait for the next schedule.";
  await tell(entry, "given-up", versionId, { text, remedy }, ports);
  await ports.store.moveLabel(entry.id, pending, { from: versionId });
}
