import type { Acknowledgement } from "../record/acknowledgement-table.ts";
import { type Entry, type Holder, isOpen } from "../record/record.ts";

/** Who has something now, and whether that is news; nothing changes where they did not mean it, or had it already. */
export function holderOf(
  entry: Entry,
  given: Acknowledgement,
): { readonly holder: Holder; readonly news: boolean } | undefined {
  if (!isOpen(entry) || !entry.told || entry.since > given.seenAt) return undefined;
  const { holder: before } = entry;
  if (before !== undefined && before.at >= given.at) return undefined;
  const { by, at, silentUntil } = given;
  // Pressed twice, or silenced for longer: the same person has it, and everybody knows.
  const silencedAnew = silentUntil !== undefined && (before?.silentUntil ?? 0) < at;
  return { holder: { by, at, silentUntil }, news: before?.by !== by || silencedAnew };
}

/** Who has all that is open, the latest of them; nobody if something is left that nobody has. */
export function holderOfAll(entries: readonly Entry[]): Holder | undefined {
  const open = entries.filter(isOpen);
  const holders = open.flatMap(({ holder }) => holder ?? []);
  if (open.length === 0 || holders.length < open.length) return undefined;
  return holders.reduce((one, other) => (other.at > one.at ? other : one));
}
