import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, Place } from "#endpoint/core/ports.ts";
import type { StoredKey } from "./contents.ts";
import type { ReplicationGroup, ReplicationGroupSettings } from "./model.ts";

export interface Snapshot {
  readonly name: string;
  readonly arn: string;
  readonly groupId: string;
  readonly of: ReplicationGroupSettings;
  readonly createdAt: number;
  status: "creating" | "available" | "failed";
  /** In memory, as everything of this endpoint: a session store of one machine is small. */
  keys: readonly StoredKey[];
}

export interface SnapshotPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export class Snapshots {
  readonly #ports: SnapshotPorts;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(ports: SnapshotPorts) {
    this.#ports = ports;
  }

  /** One that is being taken. Throws `SnapshotAlreadyExistsFault`. */
  begin(name: string, group: ReplicationGroup, read: () => Promise<readonly StoredKey[]>): Snapshot {
    if (this.#snapshots.has(name)) throw new AwsError("SnapshotAlreadyExistsFault", `Snapshot ${name} already exists.`);
    const { place, clock } = this.#ports;
    const snapshot: Snapshot = {
      name,
      arn: `arn:aws:elasticache:${place.region}:${place.account}:snapshot:${name}`,
      groupId: group.id,
      of: group.settings,
      createdAt: clock.now(),
      status: "creating",
      keys: [],
    };
    this.#snapshots.set(name, snapshot);
    void this.#take(snapshot, read);
    return snapshot;
  }

  /** Throws `SnapshotNotFoundFault`, and `InvalidSnapshotState` while it is not available. */
  keysOf(name: string): readonly StoredKey[] {
    return this.#available(name).keys;
  }

  all(): readonly Snapshot[] {
    return [...this.#snapshots.values()];
  }

  get(name: string): Snapshot {
    const snapshot = this.#snapshots.get(name);
    if (snapshot === undefined) throw new AwsError("SnapshotNotFoundFault", `Snapshot ${name} not found.`, 404);
    return snapshot;
  }

  delete(name: string): Snapshot {
    const snapshot = this.#available(name);
    this.#snapshots.delete(name);
    return snapshot;
  }

  #available(name: string): Snapshot {
    const snapshot = this.get(name);
    if (snapshot.status !== "creating") return snapshot;
    throw new AwsError("InvalidSnapshotState", `Snapshot ${name} is ${snapshot.status}, not available.`);
  }

  async #take(snapshot: Snapshot, read: () => Promise<readonly StoredKey[]>): Promise<void> {
    try {
      snapshot.keys = await read();
      snapshot.status = "available";
    } catch (error) {
      snapshot.status = "failed";
      this.#ports.log(`snapshot ${snapshot.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
