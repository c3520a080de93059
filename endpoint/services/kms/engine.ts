import type { Clock, Place } from "#endpoint/core/ports.ts";
import type { Keys } from "./keys.ts";

export interface KmsPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Clock;
}

export interface KmsEngine {
  readonly keys: Keys;
}
