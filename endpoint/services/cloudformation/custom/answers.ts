import { randomUUID } from "node:crypto";
import type { Clock } from "#endpoint/core/ports.ts";
import { type CustomResourceResponse, parseResponse } from "./response.ts";

/** The answers that functions of custom resources owe: each token is good for one. */
export class Answers {
  readonly #awaited = new Map<string, (response: CustomResourceResponse) => void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A token to put in a `ResponseURL`, and the answer that will come for it, undefined after the time is up. */
  expect(timeoutMs: number, signal: AbortSignal): Expected {
    const token = randomUUID();
    const settled = new AbortController();
    const answered = new Promise<CustomResourceResponse>((resolve) => this.#awaited.set(token, resolve));
    const givenUp = this.#clock.sleep(timeoutMs, AbortSignal.any([settled.signal, signal])).then(() => undefined);
    const answer = Promise.race([answered, givenUp]).finally(() => {
      this.#awaited.delete(token);
      settled.abort();
    });
    return { token, answer };
  }

  /** @returns False for a token nobody waits for: unknown, answered or timed out. */
  receive(token: string, body: string): boolean {
    const answered = this.#awaited.get(token);
    answered?.(parseResponse(body));
    return answered !== undefined;
  }
}

interface Expected {
  readonly token: string;
  readonly answer: Promise<CustomResourceResponse | undefined>;
}
