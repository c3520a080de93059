import { randomBytes } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, NameTable, ProofRecord, ProofRecords, PublicNames } from "#endpoint/core/ports.ts";
import { nameTable } from "./name-table.ts";
import { absoluteName, changedRecordSets, inOrder, keyOf, type RecordChange, type RecordSet } from "./record-sets.ts";

export interface HostedZone {
  readonly id: string;
  readonly name: string;
  readonly callerReference: string;
  readonly privateZone: boolean;
  readonly nameServers: readonly string[];
  comment: string | undefined;
  records: ReadonlyMap<string, RecordSet>;
  tags: ReadonlyMap<string, string>;
}

export interface Change {
  readonly id: string;
  readonly submittedAt: Date;
  readonly comment: string | undefined;
}

export interface NewZone {
  readonly name: string;
  readonly callerReference: string;
  readonly privateZone: boolean;
  readonly comment: string | undefined;
}

/**
 * The hosted zones of the account. Nothing here answers DNS queries: names under `localhost` resolve to loopback by
 * themselves (RFC 6761), and the balancers' front door follows the records from there.
 */
export class HostedZones implements PublicNames, ProofRecords {
  readonly #clock: Clock;
  readonly #zones = new Map<string, HostedZone>();
  readonly #changes = new Map<string, Change>();
  readonly #followers: ((names: NameTable) => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  create(wanted: NewZone): HostedZone {
    const name = absoluteName(wanted.name);
    if (!/^([a-z0-9_-]{1,63}\.)+$/.test(name))
      throw new AwsError("InvalidDomainName", `${wanted.name} is not a valid domain name`);
    if (this.all().some((zone) => zone.callerReference === wanted.callerReference)) {
      throw new AwsError(
        "HostedZoneAlreadyExists",
        "A hosted zone has already been created with the specified caller reference.",
        409,
      );
    }
    const nameServers = ["com", "net", "org", "co.uk"].map(
      (suffix) => `ns-${randomBytes(2).readUInt16BE() % 2048}.awsdns-${randomBytes(1)[0]}.${suffix}`,
    );
    const zone: HostedZone = {
      ...wanted,
      id: newId("Z"),
      name,
      nameServers,
      records: initialRecords(name, nameServers),
      tags: new Map(),
    };
    this.#zones.set(zone.id, zone);
    this.#announce();
    return zone;
  }

  get(id: string): HostedZone {
    const zone = this.find(id);
    if (zone === undefined) throw new AwsError("NoSuchHostedZone", `No hosted zone found with ID: ${bareId(id)}`, 404);
    return zone;
  }

  find(id: string): HostedZone | undefined {
    return this.#zones.get(bareId(id));
  }

  all(): readonly HostedZone[] {
    return [...this.#zones.values()];
  }

  delete(id: string): Change {
    const zone = this.get(id);
    const own = initialRecords(zone.name, zone.nameServers);
    if ([...zone.records.keys()].some((key) => !own.has(key))) {
      throw new AwsError(
        "HostedZoneNotEmpty",
        "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
      );
    }
    this.#zones.delete(zone.id);
    this.#announce();
    return this.noteChange(undefined);
  }

  change(id: string, changes: readonly RecordChange[], comment: string | undefined): Change {
    const zone = this.get(id);
    zone.records = changedRecordSets(zone.name, zone.records, changes);
    this.#announce();
    return this.noteChange(comment);
  }

  write(zoneId: string, { name, value }: ProofRecord): void {
    const set: RecordSet = { Name: name, Type: "CNAME", TTL: 300, ResourceRecords: [{ Value: value }] };
    this.change(zoneId, [{ action: "UPSERT", set }], undefined);
  }

  has({ name, value }: ProofRecord): boolean {
    const key = keyOf({ Name: name, Type: "CNAME" });
    return this.all().some(({ records, privateZone }) => {
      const values = records.get(key)?.ResourceRecords ?? [];
      return !privateZone && values.some(({ Value }) => absoluteName(Value) === value);
    });
  }

  recordsOf(id: string): readonly RecordSet[] {
    return inOrder(this.get(id).records.values());
  }

  changeById(id: string): Change {
    const change = this.#changes.get(bareId(id));
    if (change === undefined) throw new AwsError("NoSuchChange", `Could not find resource with ID: ${bareId(id)}`, 404);
    return change;
  }

  noteChange(comment: string | undefined): Change {
    const change = { id: newId("C"), submittedAt: new Date(this.#clock.now()), comment };
    this.#changes.set(change.id, change);
    return change;
  }

  follow(listener: (names: NameTable) => void): void {
    this.#followers.push(listener);
    listener(nameTable(this.all()));
  }

  #announce(): void {
    const names = nameTable(this.all());
    for (const follower of this.#followers) follower(names);
  }
}

/** Ids come as `Z…`, `/hostedzone/Z…` or `/change/C…`. */
function bareId(id: string): string {
  return id.replace(/^\/?(hostedzone|change)\//, "");
}

function newId(kind: "Z" | "C"): string {
  return `${kind}0${randomBytes(10).toString("hex").toUpperCase()}`;
}

function initialRecords(name: string, nameServers: readonly string[]): ReadonlyMap<string, RecordSet> {
  const values = nameServers.map((server) => ({ Value: `${server}.` }));
  const soa = `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  const sets: RecordSet[] = [
    { Name: name, Type: "NS", TTL: 172_800, ResourceRecords: values },
    { Name: name, Type: "SOA", TTL: 900, ResourceRecords: [{ Value: soa }] },
  ];
  return new Map(sets.map((set) => [keyOf(set), set]));
}
