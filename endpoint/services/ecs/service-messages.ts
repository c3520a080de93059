import { randomUUID } from "node:crypto";
import type { Clock } from "#endpoint/core/ports.ts";

export interface ServiceMessage {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

/** ECS keeps the last hundred. */
const MAX_MESSAGES = 100;

/** What `DescribeServices` shows as the service's events, newest first. */
export class ServiceMessages {
  readonly #serviceName: string;
  readonly #clock: Clock;
  readonly #messages: ServiceMessage[] = [];

  constructor(serviceName: string, clock: Clock) {
    this.#serviceName = serviceName;
    this.#clock = clock;
  }

  get newestFirst(): readonly ServiceMessage[] {
    return this.#messages;
  }

  add(text: string): void {
    const message = `(service ${this.#serviceName}) ${text}`;
    this.#messages.unshift({ id: randomUUID(), createdAt: this.#clock.now(), message });
    this.#messages.splice(MAX_MESSAGES);
  }
}
