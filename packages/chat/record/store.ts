import type { Acknowledgement } from "./acknowledgement-table.ts";
import type { Mute } from "./mute-table.ts";
import type { GroupRecord } from "./record.ts";

/** What was posted where: before it is sent as an intent, as a fact once the chat has accepted it. */
export interface IncidentStore {
  /** Records of these groups for one destination; without those that do not exist yet. */
  load(destination: string, groups: readonly string[]): Promise<ReadonlyMap<string, GroupRecord>>;
  /** @returns `stale` when another run has saved since the record was loaded */
  save(destination: string, group: string, record: GroupRecord): Promise<"saved" | "stale">;
  /** Groups of a destination with something open, or on its way. */
  listOpen(destination: string): Promise<ReadonlyMap<string, GroupRecord>>;
  /** What operators keep from the chats now. */
  mutes(now: number): Promise<readonly Mute[]>;
  /** Who has taken what, by group. */
  acknowledgements(): Promise<ReadonlyMap<string, Acknowledgement>>;
  /** Claims the sole right to post to a destination until `until`; `false` while another run holds it. */
  claim(destination: string, now: number, until: number): Promise<boolean>;
  /** Releases the claim; the next run may take it from `from` on. */
  release(destination: string, from: number): Promise<void>;
}
