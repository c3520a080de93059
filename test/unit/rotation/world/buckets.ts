import type { Clock } from "@mcp-fleet/endpoint/core";
import { type Bucket, ecsBuckets } from "#rotation/settle/pace.ts";

/** What an AWS client throws when a bucket is empty. */
class ThrottlingException extends Error {
  override readonly name = "ThrottlingException";
}

/** ECS's buckets for one account and region; each request of a kind draws from its own. */
export class Buckets {
  readonly drawn = { reads: 0, changes: 0 };
  refused = 0;
  readonly #clock: Clock;
  readonly #left: Record<keyof typeof ecsBuckets, number>;
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.now();
    this.#left = { reads: ecsBuckets.reads.burst, changes: ecsBuckets.changes.burst };
  }

  draw(kind: keyof typeof ecsBuckets): void {
    const seconds = (this.#clock.now() - this.#at) / 1_000;
    this.#at = this.#clock.now();
    for (const one of ["reads", "changes"] as const) {
      const { burst, perSecond }: Bucket = ecsBuckets[one];
      this.#left[one] = Math.min(burst, this.#left[one] + seconds * perSecond);
    }
    if (this.#left[kind] < 1) {
      this.refused++;
      throw new ThrottlingException("Rate exceeded");
    }
    this.#left[kind]--;
    this.drawn[kind]++;
  }
}
