import type { Time } from "./time.ts";
import { second } from "./time.ts";

/**
 * A bucket of requests: it holds a burst, and is refilled at a rate.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
export class Bucket {
  readonly #time: Time;
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(time: Time, burst: number, perSecond: number) {
    this.#time = time;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#at = time.now();
  }

  take(): boolean {
    const now = this.#time.now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / second) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Others in the account took all there was. */
  empty(): void {
    this.take();
    this.#left = Math.min(this.#left, 0);
  }
}
