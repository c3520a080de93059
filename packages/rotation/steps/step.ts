import type { Issuer } from "../issuers/index.ts";
import type { RotationMap, SecretEntry } from "../map.ts";
import type { Announcer, Clock, Log, SecretDescription, SecretStore } from "../ports.ts";

export interface RotationPorts {
  readonly map: RotationMap;
  readonly store: SecretStore;
  readonly announcer: Announcer;
  readonly issuerOf: (entry: SecretEntry) => Issuer;
  readonly clock: Clock;
  /** Milliseconds since the epoch at which a step must have returned. */
  readonly deadline: () => number;
  readonly log: Log;
}

/** One step of one rotation, past the guards. */
export interface Step {
  readonly ports: RotationPorts;
  readonly entry: SecretEntry;
  readonly issuer: Issuer;
  readonly secret: SecretDescription;
  /** The version being made. */
  readonly token: string;
  /** The version that is current. */
  readonly currentId: string;
}
