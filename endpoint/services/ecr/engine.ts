import type { Clock, Place } from "#endpoint/core/ports.ts";
import type { Images } from "./images.ts";
import type { Repositories } from "./repositories.ts";

export interface EcrPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Pick<Clock, "now">;
}

export interface EcrEngine {
  readonly repositories: Repositories;
  readonly images: Images;
  now(): Date;
}
