import type { Clock } from "#local/endpoint/ports.ts";
import type { Rotations } from "./rotation.ts";
import type { RotationTimer } from "./rotation-timer.ts";
import type { SecretStore } from "./store.ts";
import type { Values } from "./values.ts";

/** The parts that the API and the CloudFormation types share. */
export interface SecretsEngine {
  readonly clock: Clock;
  readonly store: SecretStore;
  readonly values: Values;
  readonly rotations: Rotations;
  readonly timer: RotationTimer;
}
