import type { Clock, Place } from "#endpoint/core/ports.ts";
import type { Entities } from "./entities.ts";

export interface IamPorts {
  readonly place: Pick<Place, "account">;
  readonly clock: Pick<Clock, "now">;
}

export interface IamEngine {
  readonly account: string;
  readonly entities: Entities;
  now(): Date;
}
