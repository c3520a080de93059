import type { Clock } from "../ports.ts";

/** A bucket of requests, as AWS keeps one for each account, region and kind of call. */
export interface Bucket {
  readonly burst: number;
  readonly perSecond: number;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html */
export const ecsBuckets = {
  reads: { burst: 100, perSecond: 20 },
  changes: { burst: 50, perSecond: 5 },
} as const satisfies Record<string, Bucket>;

/** The run is over before this call's turn has come; the next one continues. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
}

const slowestFactor = 16;
const throttled = /throttl|too ?many ?requests|request ?limit ?exceeded|slow ?down/i;

/**
 * Calls at the pace of a bucket that others draw from as well. It begins as if the bucket were full; a call that is
 * refused shows that it is empty, and doubles the pause between calls, which each success shortens again.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #deadline: () => number;
  readonly #bucket: Bucket;
  /** When the bucket is full again, if nothing more is drawn. */
  #fullAt = 0;
  #factor = 1;

  constructor(bucket: Bucket, { clock, deadline }: { readonly clock: Clock; readonly deadline: () => number }) {
    this.#bucket = bucket;
    this.#clock = clock;
    this.#deadline = deadline;
  }

  /** Repeats a call that is throttled, until it is served or the run is over. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.#turn();
      try {
        const result = await work();
        this.#factor = Math.max(1, this.#factor * 0.9);
        return result;
      } catch (error) {
        if (!isThrottled(error)) throw error;
        this.#factor = Math.min(slowestFactor, this.#factor * 2);
        this.#fullAt = this.#clock.now() + this.#interval * this.#bucket.burst;
      }
    }
  }

  get #interval(): number {
    return (1_000 / this.#bucket.perSecond) * this.#factor;
  }

  async #turn(): Promise<void> {
    const now = this.#clock.now();
    this.#fullAt = Math.max(this.#fullAt, now) + this.#interval;
    const at = this.#fullAt - this.#interval * this.#bucket.burst;
    if (at <= now) return;
    if (at > this.#deadline()) throw new OutOfTime("Nothing more can be asked of ECS in this run.");
    await this.#clock.sleep(at - now);
  }
}

function isThrottled(error: unknown): boolean {
  return error instanceof Error && throttled.test(`${error.name} ${error.message}`);
}

/** Does the same with many things, a few at a time. The first that fails is thrown once those under way have ended. */
export async function eachOf<T>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const left = things.values();
  const walkers = Array.from({ length: Math.min(atOnce, things.length) }, async () => {
    for (const thing of left) await work(thing);
  });
  const failed = (await Promise.allSettled(walkers)).find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
