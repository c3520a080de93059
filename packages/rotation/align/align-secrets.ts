import { createHash } from "node:crypto";
import type { Issuer } from "../issuers/index.ts";
import { aligning, current, holderOf, isRejected } from "../labels.ts";
import type { RotationMap, SecretEntry } from "../map.ts";
import type { Announcer, Log, SecretDescription, SecretStore } from "../ports.ts";
import { putVersion } from "../put.ts";
import { type SecretValue, sameValue } from "../value.ts";
import type { Alignment } from "./align.ts";
import { type Finding, faultsIn, joined, renamings, shedding } from "./findings.ts";
import { readVersion } from "./reading.ts";

export interface AlignPorts {
  readonly map: RotationMap;
  readonly store: SecretStore;
  readonly announcer: Announcer;
  readonly issuerOf: (entry: SecretEntry) => Issuer;
  readonly log: Log;
}

export type AlignOutcome = "aligned" | "rewritten" | "unreadable" | "empty" | "overtaken" | "rejected" | "full";

/** Rewrites the secrets that have aliases. A failure does not stop the others; then throws `AggregateError`. */
export async function alignSecrets(ports: AlignPorts): Promise<Readonly<Record<string, AlignOutcome>>> {
  const outcomes: Record<string, AlignOutcome> = {};
  const failures: Error[] = [];
  for (const entry of ports.map.secrets.filter(({ aliases }) => Object.keys(aliases).length > 0)) {
    try {
      outcomes[entry.key] = await alignSecret(entry, ports);
      ports.log({ level: "info", secret: entry.key, outcome: outcomes[entry.key] });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      ports.log({ level: "error", secret: entry.key, name, message });
      failures.push(new Error(`${entry.key}: ${name}: ${message}`, { cause: error }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join("; "));
  return outcomes;
}

async function alignSecret(entry: SecretEntry, ports: AlignPorts): Promise<AlignOutcome> {
  const secret = await ports.store.describe(entry.id);
  const currentId = holderOf(secret.versions, current);
  if (currentId === undefined) return "empty";
  const reading = readVersion((await ports.store.read(secret.arn, currentId)) ?? "", entry);
  if (reading.kind === "unreadable") {
    const text = `${secret.name} ${reading.why}, so its keys were left unchanged.`;
    await tell(entry, currentId, { text, remedy: "Set a JSON object with the keys from the map." }, ports);
    return "unreadable";
  }
  const { value, alignment, isMarked } = reading;
  const [end, renamed] = alignment.kind === "change" ? [alignment.value, alignment.renamed] : [value, value];
  const faults = faultsIn(end, entry);
  const address = faults.length > 0 ? { next: renamed } : await withProvenAddress(entry, alignment, value, ports);
  const findings = [
    ...(alignment.kind === "change" ? renamings(alignment) : []),
    ...(address.finding === undefined ? [] : [address.finding]),
    ...faults,
  ];
  for (const { text, remedy } of findings.length > 0 ? [joined(secret.name, findings)] : []) {
    await tell(entry, currentId, { text, remedy }, ports);
  }
  if (!isMarked && sameValue(address.next, value)) return "aligned";
  const outcome = await promote(secret, currentId, address.next, ports);
  if (outcome === "full") {
    const text = `${secret.name} has the 20 staging labels that AWS allows, so its keys were left unchanged.`;
    await tell(entry, currentId, { text, remedy: "Remove a label that nobody needs; it is retried daily." }, ports);
  }
  return outcome;
}

/** A changed address is tested before it becomes current; one that is not accepted stays as it was written. */
async function withProvenAddress(
  entry: SecretEntry,
  alignment: Alignment,
  value: SecretValue,
  ports: AlignPorts,
): Promise<{ readonly next: SecretValue; readonly finding?: Finding }> {
  if (alignment.kind === "aligned") return { next: value };
  if (sameValue(alignment.value, alignment.renamed)) return { next: alignment.value };
  const proof = await ports.issuerOf(entry).prove(alignment.value);
  if (proof.verdict === "accepted") return { next: alignment.value, ...shedding(alignment) };
  const text = `its address was not normalized: ${proof.reason}`;
  ports.log({ level: "warn", secret: entry.key, message: text });
  if (proof.verdict === "undecided") return { next: alignment.renamed };
  const remedy = "Check SPLUNK_HEC_URL and SPLUNK_HEC_TOKEN; it is retried daily.";
  return { next: alignment.renamed, finding: { text, remedy } };
}

/**
 * Through a label of its own, so that a value somebody sets at this moment is not overwritten: AWSCURRENT moves only
 * from the version that was read.
 */
async function promote(
  { arn, versions }: SecretDescription,
  currentId: string,
  value: SecretValue,
  { store }: AlignPorts,
): Promise<AlignOutcome> {
  const text = JSON.stringify(value);
  const token = createHash("sha256").update(`${currentId} ${text}`).digest("hex");
  // The planner undid it once: writing it again would loop forever.
  if (isRejected(versions, token)) return "rejected";
  const known = versions.some(({ id }) => id === token);
  if (!known && (await putVersion(store, arn, { token, text, label: aligning })) === "full") return "full";
  const moved = await store.moveLabel(arn, current, { to: token, from: currentId });
  await store.moveLabel(arn, aligning, { from: token });
  if (moved === "moved") return "rewritten";
  return moved === "full" ? "full" : "overtaken";
}

async function tell(
  { key, services }: SecretEntry,
  versionId: string,
  words: Finding,
  { announcer }: AlignPorts,
): Promise<void> {
  await announcer.announce({ outcome: "alignment-conflict", secret: key, versionId, services, ...words });
}
