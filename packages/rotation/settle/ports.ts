import type { Issuer, Proof } from "../issuers/index.ts";
import type { RotationMap, SecretEntry } from "../map.ts";
import type { Announcer, Clock, Log, SecretStore, ServiceFleet } from "../ports.ts";

export interface SettlePorts {
  readonly map: RotationMap;
  readonly store: SecretStore;
  readonly fleet: ServiceFleet;
  readonly announcer: Announcer;
  readonly issuerOf: (entry: SecretEntry) => Issuer;
  readonly clock: Clock;
  /** Milliseconds since the epoch at which a run must have returned. */
  readonly deadline: () => number;
  readonly log: Log;
}

/** What one run has learned and could not read again; the next run starts without it. */
export interface Memory {
  /** By secret and version. */
  readonly proofs: Map<string, Readonly<Record<string, Proof>>>;
  /** When a service was rolled: a read just after may not show it. */
  readonly rolled: Map<string, number>;
  /** Secrets that this run is done with: an action failed, or the issuer needs longer. */
  readonly parked: Set<string>;
  readonly failures: Error[];
}
