/** So many lines or 32 MiB of them, whichever comes first: what is older makes room, ten thousand at a time. */
const MAX_EVENTS = 100_000;
const MAX_EXCESS = 10_000;
const MAX_BYTES = 32 * 1_024 * 1_024;
/** What CloudWatch Logs adds to each event when it counts bytes. */
const EVENT_OVERHEAD_BYTES = 26;
const DAY_MS = 86_400_000;

export interface LogEvent {
  /** Sorts like the events: by time, then by arrival. */
  readonly id: string;
  readonly stream: string;
  /** Milliseconds since the epoch, as are all times here. */
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly arn: string;
  readonly creationTime: number;
  firstEventTimestamp?: number;
  lastEventTimestamp?: number;
  lastIngestionTime?: number;
}

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly creationTime: number;
  retentionInDays: number | undefined;
  kmsKeyId: string | undefined;
  tags: Readonly<Record<string, string>>;
  readonly streams: Map<string, LogStream>;
  /** In the order of their ids. */
  readonly events: readonly LogEvent[];
  readonly storedBytes: number;
  append(stream: LogStream, entries: readonly { readonly timestamp: number; readonly message: string }[]): void;
  deleteStream(name: string): void;
  /** Calls back for every event that arrives; returns the unsubscribe function. */
  subscribe(listener: (event: LogEvent) => void): () => void;
}

export function createLogGroup(identity: { readonly name: string; readonly arn: string }, now: () => number): LogGroup {
  const listeners = new Set<(event: LogEvent) => void>();
  let events: LogEvent[] = [];
  let bytes = 0;
  let arrivals = 0;

  const insert = (event: LogEvent) => {
    const last = events.findLastIndex(({ id }) => id < event.id);
    events.splice(last + 1, 0, event);
    bytes += sizeOf(event);
  };

  const trim = (retentionInDays: number | undefined) => {
    const oldest = retentionInDays === undefined ? 0 : now() - retentionInDays * DAY_MS;
    let drop = events.length > MAX_EVENTS + MAX_EXCESS ? events.length - MAX_EVENTS : 0;
    let left = bytes - sum(events.slice(0, drop));
    for (let event = events[drop]; event && (left > MAX_BYTES || event.timestamp < oldest); event = events[drop]) {
      left -= sizeOf(event);
      drop += 1;
    }
    if (drop > 0) events = events.slice(drop);
    bytes = left;
  };

  return {
    ...identity,
    creationTime: now(),
    retentionInDays: undefined,
    kmsKeyId: undefined,
    tags: {},
    streams: new Map(),
    get events() {
      return events;
    },
    get storedBytes() {
      return bytes;
    },
    append(stream, entries) {
      const ingestionTime = now();
      for (const { timestamp, message } of entries) {
        arrivals += 1;
        const event = { id: eventId(timestamp, arrivals), stream: stream.name, timestamp, ingestionTime, message };
        insert(event);
        stream.firstEventTimestamp = Math.min(stream.firstEventTimestamp ?? timestamp, timestamp);
        stream.lastEventTimestamp = Math.max(stream.lastEventTimestamp ?? timestamp, timestamp);
        for (const listener of listeners) listener(event);
      }
      stream.lastIngestionTime = ingestionTime;
      trim(this.retentionInDays);
    },
    deleteStream(name) {
      this.streams.delete(name);
      events = events.filter(({ stream }) => stream !== name);
      bytes = sum(events);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** CloudWatch Logs' ids have 56 digits. */
function eventId(timestamp: number, arrival: number): string {
  return `${String(timestamp).padStart(20, "0")}${String(arrival).padStart(36, "0")}`;
}

function sizeOf(event: LogEvent): number {
  return Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
}

function sum(events: readonly LogEvent[]): number {
  return events.reduce((total, event) => total + sizeOf(event), 0);
}
