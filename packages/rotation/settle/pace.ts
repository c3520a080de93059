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

const slowestFactor = 8;
const throttled = /throttl|too ?many ?requests|request ?limit ?exceeded|slow ?down/i;

/**
 * Calls at the pace of a bucket that others draw from as well. It begins as if the bucket were full; a call that is
 * refused shows that it is empty, and halves the pace, which recovers with each success.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #deadline: () => number;
  readonly #bucket: Bucket;
  /** Less than none: so many calls wait for their turn. */
  #left: number;
  #at = 0;
  #slowness = 1;
  #slowedAt = 0;

  constructor(bucket: Bucket, { clock, deadline }: { readonly clock: Clock; readonly deadline: () => number }) {
    this.#bucket = bucket;
    this.#left = bucket.burst;
    this.#clock = clock;
    this.#deadline = deadline;
  }

  /** Repeats a call that is throttled, until it is served or the run is over. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.#turn();
      try {
        const result = await work();
        this.#slowness = Math.max(1, this.#slowness * 0.95);
        return result;
      } catch (error) {
        if (!isThrottled(error)) throw error;
        this.#slowDown();
      }
    }
  }

  get #msPerCall(): number {
    return (1_000 / this.#bucket.perSecond) * this.#slowness;
  }

  async #turn(): Promise<void> {
    const now = this.#clock.now();
    this.#left = Math.min(this.#bucket.burst, this.#left + (now - this.#at) / this.#msPerCall) - 1;
    this.#at = now;
    if (this.#left >= 0) return;
    const pause = -this.#left * this.#msPerCall;
    if (now + pause > this.#deadline()) throw new OutOfTime("Nothing more can be asked of ECS in this run.");
    await this.#clock.sleep(pause);
  }

  /** Calls that were under way together are refused together, and count once. */
  #slowDown(): void {
    const now = this.#clock.now();
    this.#left = Math.min(this.#left, 0);
    if (now < this.#slowedAt + this.#msPerCall) return;
    this.#slowedAt = now;
    this.#slowness = Math.min(slowestFactor, this.#slowness * 2);
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
