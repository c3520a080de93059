import { createHash } from "node:crypto";
import type { Issuer } from "../issuers/index.ts";
import { aligning, current, holderOf, isRejected } from "../labels.ts";
import type { RotationMap, SecretEntry } from "../map.ts";
import type { Announcer, Log, SecretDescription, SecretStore } from "../ports.ts";
import { parseValue, type SecretValue, sameValue } from "../value.ts";
import { align } from "./align.ts";

export interface AlignPorts {
  readonly map: RotationMap;
  readonly store: SecretStore;
  readonly announcer: Announcer;
  readonly issuerOf: (entry: SecretEntry) => Issuer;
  readonly log: Log;
}

export type AlignOutcome = "aligned" | "rewritten" | "unreadable" | "empty" | "overtaken" | "rejected";

/** Rewrites the secrets with aliases. One that fails stops no other; then throws `AggregateError`. */
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
  const value = parseValue(await ports.store.read(secret.arn, currentId));
  if (value === undefined) {
    const text = `${secret.name} is no JSON object of strings, so its keys were left as they are.`;
    await tell(entry, currentId, text, "Put a JSON object with the keys the map names.", ports);
    return "unreadable";
  }
  const alignment = align(value, entry.aliases, entry.placeholders);
  if (alignment.kind === "aligned") return "aligned";
  const { conflicts } = alignment;
  if (conflicts.length > 0) {
    const text = `${secret.name} had ${conflicts.join(", ")} beside the new names, with other values: the new names' values stay.`;
    await tell(entry, currentId, text, "Nothing, if the new names' values are the right ones.", ports);
  }
  const next = await withProvenAddress(entry, currentId, alignment, ports);
  if (sameValue(next, value)) return "aligned";
  return promote(secret, currentId, next, ports);
}

/** A changed address is proven before it becomes current; one that is not accepted stays as people wrote it. */
async function withProvenAddress(
  entry: SecretEntry,
  currentId: string,
  { value, renamed }: { readonly value: SecretValue; readonly renamed: SecretValue },
  ports: AlignPorts,
): Promise<SecretValue> {
  if (sameValue(value, renamed)) return value;
  const proof = await ports.issuerOf(entry).prove(value);
  if (proof.verdict === "accepted") return value;
  const text = `The address in ${entry.key} was not normalized: ${proof.reason}.`;
  if (proof.verdict === "rejected") {
    await tell(entry, currentId, text, "Check SPLUNK_HEC_URL and SPLUNK_HEC_TOKEN; it is tried again daily.", ports);
  }
  ports.log({ level: "warn", secret: entry.key, message: text });
  return renamed;
}

/**
 * By way of a label of its own, so that a value somebody puts in this moment is not overwritten: AWSCURRENT moves only
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
  // The planner took it back once: writing it again would go round for ever.
  if (isRejected(versions, token)) return "rejected";
  const known = versions.some(({ id }) => id === token);
  if (!known) await store.put(arn, { token, text, label: aligning });
  const moved = await store.moveLabel(arn, current, { to: token, from: currentId });
  await store.moveLabel(arn, aligning, { from: token });
  return moved === "moved" ? "rewritten" : "overtaken";
}

async function tell(
  { key, services }: SecretEntry,
  versionId: string,
  text: string,
  remedy: string,
  { announcer }: AlignPorts,
): Promise<void> {
  await announcer.announce({ outcome: "alignment-conflict", secret: key, versionId, services, text, remedy });
}
