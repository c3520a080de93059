import type { NameTable } from "#endpoint/core/ports.ts";
import type { RecordSet } from "./record-sets.ts";

interface Zone {
  readonly name: string;
  readonly privateZone: boolean;
  readonly records: ReadonlyMap<string, RecordSet>;
}

/** What the public zones hold, name by name. Of zones with the same name the newer one counts. */
export function nameTable(zones: readonly Zone[]): NameTable {
  const open = zones.filter(({ privateZone }) => !privateZone);
  const zoneNames = new Set(open.map(({ name }) => name));
  const table = new Map<string, string | undefined>();
  for (const zone of open) {
    for (const [name, set] of chosenSets(zone, zoneNames)) {
      const leadsTo = destination(set);
      if (leadsTo !== undefined || !table.has(bare(name))) table.set(bare(name), leadsTo);
      // RFC 4592, section 2.2.2: a name exists, too, where only names below it have records.
      for (const above of parents(name)) {
        if (!above.endsWith(`.${zone.name}`) || table.has(bare(above))) break;
        table.set(bare(above), undefined);
      }
    }
  }
  return table;
}

/** One record set for each name that the zone answers for: names of a zone of its own below it are not among them. */
function chosenSets({ name: zoneName, records }: Zone, zoneNames: ReadonlySet<string>): ReadonlyMap<string, RecordSet> {
  const chosen = new Map<string, RecordSet>();
  for (const set of records.values()) {
    if (closestZone(set.Name, zoneNames) !== zoneName) continue;
    const before = chosen.get(set.Name);
    if (before === undefined || rank(set) > rank(before)) chosen.set(set.Name, set);
  }
  return chosen;
}

/**
 * One client on one machine asks: of the records for one name, an address by IPv4 comes first, then the primary of a
 * failover, then the heaviest.
 */
function rank(set: RecordSet): number {
  if (destination(set) === undefined || set.Weight === 0) return 0;
  const family = set.Type === "AAAA" ? 1 : 2;
  const preferred = set.Failover === "SECONDARY" ? 0 : (set.Weight ?? 1);
  return family * 1000 + preferred;
}

function destination({ Type, AliasTarget, ResourceRecords }: RecordSet): string | undefined {
  if (Type !== "A" && Type !== "AAAA" && Type !== "CNAME") return undefined;
  const value = AliasTarget?.DNSName ?? ResourceRecords?.[0]?.Value;
  return value === undefined ? undefined : bare(value.toLowerCase());
}

function closestZone(name: string, zoneNames: ReadonlySet<string>): string | undefined {
  if (zoneNames.has(name)) return name;
  for (const above of parents(name)) if (zoneNames.has(above)) return above;
  return undefined;
}

/** `b.c.`, then `c.`, of `a.b.c.` */
function* parents(name: string): Generator<string> {
  for (let dot = name.indexOf("."); dot >= 0 && dot < name.length - 1; dot = name.indexOf(".", dot + 1)) {
    yield name.slice(dot + 1);
  }
}

function bare(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
