import type { IndexedEvent } from "./event.ts";

export interface Search {
  readonly index?: string | undefined;
  readonly source?: string | undefined;
  readonly sourcetype?: string | undefined;
  /** Seconds since the epoch. */
  readonly earliest?: number | undefined;
}

const most = 200_000;

/** What Splunk has indexed, oldest first in the order of arrival; the oldest go when it is full. */
export class IndexStore {
  #events: IndexedEvent[] = [];
  readonly #listeners = new Set<(event: IndexedEvent) => void>();

  add(events: readonly IndexedEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      for (const listener of this.#listeners) listener(event);
    }
    if (this.#events.length > most) this.#events = this.#events.slice(-most);
  }

  search({ index, source, sourcetype, earliest }: Search = {}): readonly IndexedEvent[] {
    return this.#events.filter(
      (event) =>
        (index === undefined || event.index === index) &&
        (source === undefined || event.source === source) &&
        (sourcetype === undefined || event.sourcetype === sourcetype) &&
        (earliest === undefined || event.time >= earliest),
    );
  }

  /** Calls back on every event as it is indexed; returns the unsubscribe function. */
  onEvent(listener: (event: IndexedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
