import type { Clock, Place } from "#endpoint/core/ports.ts";
import type { Parameters } from "./parameters.ts";

export interface SsmPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Pick<Clock, "now">;
}

export interface SsmEngine {
  readonly parameters: Parameters;
  now(): Date;
}
