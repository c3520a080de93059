import { randomOf } from "../fixture/random.ts";
import type { Request } from "./virtual-fleet.ts";

const minute = 60_000;

export interface Traffic {
  readonly perMinute: number;
  readonly minutes: number;
  /** The share of its requests that fail in a minute. */
  readonly failing: (minute: number) => number;
  readonly seconds?: (minute: number) => number;
  /** Poisson by default: as people and their tools come. `even` is a clock's. */
  readonly arrival?: "poisson" | "even";
  readonly seed: number;
}

/** Requests of a service, the same for the same seed. */
export function* requestsOf({
  perMinute,
  minutes,
  failing,
  seconds = () => 0.1,
  arrival,
  seed,
}: Traffic): Generator<Request> {
  const random = randomOf(seed);
  const gap = minute / perMinute;
  for (let at = gap * random(); at < minutes * minute; at += arrival === "even" ? gap : -Math.log(1 - random()) * gap) {
    const failed = random() < failing(at / minute);
    yield { at, failed, seconds: seconds(at / minute) };
  }
}
