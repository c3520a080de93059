import type { Proof } from "../issuers/index.ts";
import type { SecretEntry } from "../map.ts";
import type { SecretVersion, ServiceState, TaskState } from "../ports.ts";
import type { Settling } from "./settling.ts";

/** The state at one moment: all that the planner knows. */
export interface Observation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly secrets: readonly SecretObservation[];
  readonly services: readonly ServiceObservation[];
  /** Consumers that ECS does not show, and why. */
  readonly unreadable: ReadonlyMap<string, string>;
}

export interface SecretObservation {
  /** Key in the map. */
  readonly key: string;
  /** Names of the ECS services that use it. */
  readonly services: readonly string[];
  readonly versions: readonly SecretVersion[];
  readonly currentId: string;
  readonly settledId: string | undefined;
  readonly previousId: string | undefined;
  readonly pending: PendingVersion | undefined;
  readonly settling: Settling | undefined;
  /** Only read while nothing is recorded about the current version. */
  readonly currentCreatedAt: number | undefined;
  /** The current value is that of the version to go back to, with nothing in between, or the first there is. */
  readonly unchanged: boolean;
  /** A version that was current after this one had settled, and that a task may have read. */
  readonly disturbedBy: string | undefined;
  /** It has keys under their old names, which `align-splunk` rewrites first. */
  readonly legacy: boolean;
  /** It is a former value again, whose revocation has begun. */
  readonly isGoing: boolean;
  /** Why nobody knows what it holds. */
  readonly unreadable: string | undefined;
  /** Milliseconds for which a refusal of a new credential means nothing. */
  readonly propagationMs: number;
  /** What to do with a value that is neither accepted nor refused. */
  readonly unproven: SecretEntry["unproven"];
  /** By version; those of this run. */
  readonly proofs: Readonly<Record<string, TimedProof>>;
  /** When people were last notified that it waits. */
  readonly remindedAt: number | undefined;
  /** Services outside the map's list whose tasks from before still have it. Only read once all consumers are ready. */
  readonly leaving: readonly string[];
}

export interface PendingVersion {
  readonly id: string;
  readonly createdAt: number | undefined;
  /** Only looked at while the current version is not settled. */
  readonly isEmpty: boolean;
}

export type TimedProof = Proof & {
  readonly at: number;
  /** How often in this run it was asked for. */
  readonly times: number;
};

export interface ServiceObservation extends ServiceState {
  /** When the last of its secrets changed that is not settled: a task that is created from then on reads all of them. */
  readonly changedAt: number;
  readonly tasks: readonly TaskState[];
}
