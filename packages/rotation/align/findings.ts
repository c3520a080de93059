import { folded } from "../handwriting.ts";
import type { SecretEntry } from "../map.ts";
import { addressKey, readTarget, tokenKey } from "../splunk/hec-target.ts";
import { placeholdersIn, type SecretValue } from "../value.ts";
import type { Alignment } from "./align.ts";

/** Something about a secret that a person should know, without a value. */
export interface Finding {
  /** What follows the secret's name and a colon. */
  readonly text: string;
  readonly remedy: string;
}

type Change = Extract<Alignment, { readonly kind: "change" }>;

/** A value that is not kept stays in the version that was current. */
const nothing = "Nothing to do if the value that was kept is the right one; the previous version still has the other.";

/** What became of keys under other names. */
export function renamings({ conflicts, variants }: Change): readonly Finding[] {
  const dropped = `dropped ${listed(conflicts)}: another name of the same key has a different value`;
  const spelled = `renamed ${listed(variants)}: containers do not read these spellings`;
  return [
    ...(conflicts.length > 0 ? [{ text: dropped, remedy: nothing }] : []),
    ...(variants.length > 0 ? [{ text: spelled, remedy: "" }] : []),
  ];
}

/** What a normalized address has no more. */
export function shedding({ shed }: Change): { readonly finding?: Finding } {
  const texts = [
    ...(shed.includes("token") ? [`moved the token in the query of its address to ${tokenKey}`] : []),
    ...(shed.includes("query") ? ["dropped the query of its address"] : []),
  ];
  return texts.length === 0 ? {} : { finding: { text: texts.join("; "), remedy: nothing } };
}

/** Why nobody may be asked with this. A placeholder is for others to report. */
export function faultsIn(value: SecretValue, { aliases, placeholders }: SecretEntry): readonly Finding[] {
  const canonical = Object.values(aliases);
  if (!canonical.includes(addressKey) || !canonical.includes(tokenKey)) return [];
  const unfilled = placeholdersIn(value, placeholders);
  const target = readTarget(value);
  const faults = "faults" in target ? target.faults : [];
  const remedy = "Set the right values; nothing was sent with these.";
  return faults
    .filter((fault) => !unfilled.some((key) => fault.startsWith(`${key} `)))
    .map((text) => ({ text, remedy }));
}

/** One message for all of them. */
export function joined(name: string, findings: readonly Finding[]): Finding {
  const remedies = new Set(findings.map(({ remedy }) => remedy).filter((remedy) => remedy !== ""));
  return { text: `${name}: ${findings.map(({ text }) => text).join("; ")}.`, remedy: [...remedies].join(" ") };
}

/** Names that resemble the map's may be said, and how they are spelled is what matters; but not a page of white space. */
function listed(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name.length > 40 ? folded(name) : name)).join(", ");
}
