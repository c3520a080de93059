import { Refusal } from "../server/refusal.ts";

/** A caller's limit was reached. */
export class Spent extends Refusal {
  readonly retryAfterSeconds: number;

  constructor(perMinute: number, retryAfterSeconds: number) {
    super(429, `More than ${perMinute} requests a minute. Try again in ${retryAfterSeconds} s.`);
    this.name = "Spent";
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Callers remembered at most; who is forgotten begins anew. */
const mostCallers = 10_000;

interface Bucket {
  left: number;
  at: number;
}

/** How much each caller may ask of this task: a minute's worth at once, and then as it is refilled. */
export class Allowance {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number, now: () => number = Date.now) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** @throws {Spent | Refusal} */
  spend(caller: string, requests = 1): void {
    if (requests > this.#perMinute) {
      throw new Refusal(
        400,
        `A batch of ${requests} is more than the ${this.#perMinute} requests a minute. Send fewer.`,
      );
    }
    const now = this.#now();
    const bucket = this.#buckets.get(caller) ?? { left: this.#perMinute, at: now };
    // The one that was used last is at the end: the first is forgotten.
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > mostCallers && oldest !== undefined) this.#buckets.delete(oldest);

    const perMs = this.#perMinute / 60_000;
    bucket.left = Math.min(this.#perMinute, bucket.left + (now - bucket.at) * perMs);
    bucket.at = now;
    if (bucket.left < requests) throw new Spent(this.#perMinute, Math.ceil((requests - bucket.left) / perMs / 1_000));
    bucket.left -= requests;
  }
}
