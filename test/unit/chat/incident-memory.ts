import type { Mute } from "#chat/record/mute-table.ts";
import { type GroupRecord, isOpen } from "#chat/record/record.ts";
import type { IncidentStore } from "#chat/record/store.ts";

/** The incident table's rules without a table: versions guard writes, and one at a time may speak. */
export function createIncidentMemory(
  mutes: readonly Mute[] = [],
): IncidentStore & { readonly records: ReadonlyMap<string, GroupRecord> } {
  const records = new Map<string, GroupRecord>();
  const claims = new Map<string, number>();
  const key = (destination: string, group: string) => `${destination}\n${group}`;
  return {
    records,
    async load(destination, groups) {
      const found = groups.flatMap((group) => {
        const record = records.get(key(destination, group));
        return record === undefined ? [] : [[group, record] as const];
      });
      return new Map(found);
    },
    async save(destination, group, record) {
      const known = records.get(key(destination, group));
      if (known !== undefined && known.version !== record.version) return "stale";
      records.set(key(destination, group), { ...record, version: record.version + 1 });
      return "saved";
    },
    async listOpen(destination) {
      const mine = [...records].filter(
        ([name, { entries }]) => name.startsWith(`${destination}\n`) && Object.values(entries).some(isOpen),
      );
      return new Map(mine.map(([name, record]) => [name.slice(destination.length + 1), record]));
    },
    mutes: async (now) => mutes.filter(({ until }) => until > now),
    async claim(destination, now, until) {
      if ((claims.get(destination) ?? 0) > now) return false;
      claims.set(destination, until);
      return true;
    },
    async release(destination, from) {
      claims.set(destination, from);
    },
  };
}
