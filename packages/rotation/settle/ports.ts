import type { Issuer } from "../issuers/index.ts";
import type { RotationMap, SecretEntry } from "../map.ts";
import type { Announcer, Clock, ListedSecret, Log, SecretStore, ServiceFleet } from "../ports.ts";
import type { ServiceObservation, TimedProof } from "./observation.ts";
import type { Pace } from "./pace.ts";
import type { Survey } from "./survey.ts";

export interface SettlePorts {
  readonly map: RotationMap;
  readonly store: SecretStore;
  readonly fleet: ServiceFleet;
  readonly announcer: Announcer;
  /** @param until milliseconds since the epoch at which what it is asked for must have returned, before the run's end */
  readonly issuerOf: (entry: SecretEntry, until?: number) => Issuer;
  readonly clock: Clock;
  /** Milliseconds since the epoch at which a run must have returned. */
  readonly deadline: () => number;
  readonly log: Log;
}

/** What a process learns of a store: a new process learns it again. */
export interface Learned {
  /** Previous and current versions that were created in this order, which never changes. */
  readonly inOrder: Set<string>;
  /** Keys of the secrets that were not settled when they were last looked at. */
  readonly restless: Set<string>;
}

/** What one run has learned and could not read again; the next run starts without it. */
export interface Memory {
  /** Names of secrets and services that this run was started for. */
  readonly woken: readonly string[];
  readonly learned: Learned;
  /** As the secrets were last listed, by ARN and by name. */
  listed: ReadonlyMap<string, ListedSecret>;
  readonly survey: Survey;
  /** For rolls. */
  readonly pace: Pace;
  /** By secret and version. */
  readonly proofs: Map<string, Readonly<Record<string, TimedProof>>>;
  /** Deployments of this run, by service: a read just after may not show them. */
  readonly rolled: Map<string, { readonly id: string; readonly at: number }>;
  /** Versions that Secrets Manager had no room to mark. */
  readonly rejected: Set<string>;
  /** What this run does not try again, by the name of the action or the service, and why. */
  readonly parked: Map<string, string>;
  /** Secrets that could not be read. */
  readonly unseen: Set<string>;
  readonly failures: Error[];
  cluster: ClusterLook | undefined;
}

/** The last look at services and their tasks: a large cluster takes a while to read. */
export interface ClusterLook {
  readonly at: number;
  readonly tookMs: number;
  /** Of the services that were asked for. */
  readonly names: ReadonlySet<string>;
  readonly services: readonly ServiceObservation[];
  readonly unreadable: ReadonlyMap<string, string>;
  /** Of all services of the cluster, and of none. */
  readonly tasks: ServiceObservation["tasks"];
}
