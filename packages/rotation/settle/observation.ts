import type { Proof } from "../issuers/index.ts";
import type { SecretVersion, ServiceState, TaskState } from "../ports.ts";
import type { Settling } from "./settling.ts";

/** The state at one moment: all that the planner knows. */
export interface Observation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly secrets: readonly SecretObservation[];
  readonly services: readonly ServiceObservation[];
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
  readonly pending: { readonly id: string; readonly createdAt: number | undefined } | undefined;
  readonly settling: Settling | undefined;
  /** Only read while nothing is recorded about the current version. */
  readonly currentCreatedAt: number | undefined;
  /** The current value is that of the version to go back to, or the first there is. */
  readonly unchanged: boolean;
  /** It has keys under their old names, which `align-splunk` rewrites first. */
  readonly legacy: boolean;
  /** Milliseconds for which a refusal of a new credential means nothing. */
  readonly propagationMs: number;
  /** By version; those of this run. */
  readonly proofs: Readonly<Record<string, Proof>>;
}

export interface ServiceObservation extends ServiceState {
  /** `undefined` while its deployment is not complete: the tasks were not read. */
  readonly tasks: readonly TaskState[] | undefined;
}
