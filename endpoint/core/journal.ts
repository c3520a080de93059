/** One request that the endpoint answered. */
export interface JournalEntry {
  /** Milliseconds since the epoch, when the request arrived. */
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  /** The caller's ARN; absent for a request without a signature. */
  readonly caller?: string;
  /** What the caller calls itself, as CloudTrail keeps it; absent where it does not say. */
  readonly userAgent?: string;
  readonly status: number;
  readonly ms: number;
  readonly errorCode?: string;
}

/** Who called what: the last `capacity` requests, oldest first. */
export interface Journal {
  record(entry: JournalEntry): void;
  entries(): readonly JournalEntry[];
  /** Calls back for every entry from now on; returns the unsubscribe function. */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
}

export function createJournal(capacity = 10_000): Journal {
  const ring: JournalEntry[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  let oldest = 0;
  return {
    record(entry) {
      if (ring.length < capacity) ring.push(entry);
      else {
        ring[oldest] = entry;
        oldest = (oldest + 1) % capacity;
      }
      for (const listener of listeners) listener(entry);
    },
    entries: () => [...ring.slice(oldest), ...ring.slice(0, oldest)],
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
