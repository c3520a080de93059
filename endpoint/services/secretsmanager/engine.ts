import type { Clock, EventBus, FunctionInvoker, InvokePermissions, KeyPolicies, Place } from "#endpoint/core/ports.ts";
import type { Rotations } from "./rotation.ts";
import type { RotationTimer } from "./rotation-timer.ts";
import type { Secrets } from "./secrets.ts";
import type { Values } from "./values.ts";

export interface SecretsManagerPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly functions: FunctionInvoker & InvokePermissions;
  /** Without it, any key will do. */
  readonly keys?: Pick<KeyPolicies, "arnOf">;
  /** Milliseconds between a failed rotation attempt and the next; five minutes by default. */
  readonly retryAfterMs?: number;
}

export interface SecretsManagerEngine {
  readonly place: Place;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly values: Values;
  readonly rotations: Rotations;
  readonly timer: RotationTimer;
  readonly keys: SecretsManagerPorts["keys"];
}
