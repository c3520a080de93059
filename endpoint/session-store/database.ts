import { wrongType } from "./errors.ts";
import type { Tally } from "./tally.ts";
import { bytesOf, type Fields, type Members, type Value } from "./value.ts";

interface Entry {
  readonly key: string;
  /** Grows with each new key, and orders {@link Database.scan}. */
  readonly sequence: number;
  value: Value;
  /** Milliseconds since 1970; 64 bits, as clients may ask for. */
  expiresAt: bigint | undefined;
  bytes: number;
  gone: boolean;
}

/** Who is notified that a key it watches was changed. */
export interface Watcher {
  touched: boolean;
}

/** The keys of one database. Expired ones are never seen. */
export class Database {
  readonly #tally: Tally;
  readonly #entries = new Map<string, Entry>();
  /** Those that expire, the least recently used first. */
  readonly #volatile = new Map<string, Entry>();
  #ordered: Entry[] = [];
  #goneInOrder = 0;
  #sequence = 0;
  #sweeping: Iterator<[string, Entry]> | undefined;
  readonly #watchers = new Map<string, Set<Watcher>>();

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  get size(): number {
    return this.#entries.size;
  }

  get volatileSize(): number {
    return this.#volatile.size;
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  get(key: string): Value | undefined {
    const entry = this.#find(key);
    if (entry === undefined) this.#tally.misses++;
    else this.#tally.hits++;
    if (entry?.expiresAt !== undefined) this.#used(entry);
    return entry?.value;
  }

  /** Throws WRONGTYPE, as the two below. */
  text(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined || value.kind === "string") return value?.text;
    throw wrongType();
  }

  hash(key: string): Fields | undefined {
    const value = this.get(key);
    if (value === undefined || value.kind === "hash") return value;
    throw wrongType();
  }

  set(key: string): Members | undefined {
    const value = this.get(key);
    if (value === undefined || value.kind === "set") return value;
    throw wrongType();
  }

  /** Puts a value in place of whatever is there. Its time to live ends, unless it is kept. */
  put(key: string, value: Value, expiry: "none" | "kept" = "none"): void {
    const entry = this.#find(key) ?? this.#add(key, value);
    entry.value = value;
    if (expiry === "none") this.#expireAt(entry, undefined);
    this.changed(key);
  }

  delete(key: string): boolean {
    const entry = this.#find(key);
    if (entry === undefined) return false;
    this.#remove(entry);
    return true;
  }

  clear(): void {
    for (const entry of [...this.#entries.values()]) this.#remove(entry);
  }

  /** Undefined where there is no such key; "never" where it has no expiry. */
  expiry(key: string): bigint | "never" | undefined {
    const entry = this.#find(key);
    return entry === undefined ? undefined : (entry.expiresAt ?? "never");
  }

  /** Of a key that is there. */
  expire(key: string, at: bigint | undefined): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#expireAt(entry, at);
    this.changed(key);
  }

  /** After every change of a value: its size is counted, and its watchers are notified. */
  changed(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      const bytes = bytesOf(key, entry.value);
      this.#tally.bytes += bytes - entry.bytes;
      entry.bytes = bytes;
    }
    for (const watcher of this.#watchers.get(key) ?? []) watcher.touched = true;
  }

  *keys(): Generator<string> {
    for (const [key, entry] of this.#entries) if (!hasExpired(entry)) yield key;
  }

  /** Keys behind the cursor, and the cursor behind them: 0 at the end. Keys that are there throughout are found. */
  scan(cursor: bigint, count: number): { readonly cursor: number; readonly keys: readonly string[] } {
    const keys: string[] = [];
    let at = firstBehind(this.#ordered, cursor);
    for (let seen = 0; at < this.#ordered.length && seen < count; at++) {
      const entry = this.#ordered[at];
      if (entry === undefined || entry.gone) continue;
      seen++;
      if (!hasExpired(entry)) keys.push(entry.key);
    }
    const last = this.#ordered[at - 1];
    return { cursor: at < this.#ordered.length && last !== undefined ? last.sequence : 0, keys };
  }

  watch(key: string, watcher: Watcher): void {
    this.#find(key);
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers.add(watcher));
  }

  unwatch(key: string, watcher: Watcher): void {
    // One that expired meanwhile counts as changed.
    this.#find(key);
    const watchers = this.#watchers.get(key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(key);
  }

  /** Removes expired keys among the next few that expire: keys that nobody asks for do not stay. */
  sweep(atMost: number): void {
    for (let looked = 0; looked < Math.min(atMost, this.#volatile.size); looked++) {
      this.#sweeping ??= this.#volatile.entries();
      const next = this.#sweeping.next();
      if (next.done === true) this.#sweeping = undefined;
      else this.#find(next.value[0]);
    }
  }

  /** Frees what was not used for longest among what expires. */
  evictOne(): boolean {
    const [entry] = this.#volatile.values();
    if (entry === undefined) return false;
    this.#remove(entry);
    this.#tally.evicted++;
    return true;
  }

  #find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || !hasExpired(entry)) return entry;
    this.#remove(entry);
    this.#tally.expired++;
    return undefined;
  }

  #add(key: string, value: Value): Entry {
    const entry = { key, sequence: ++this.#sequence, value, expiresAt: undefined, bytes: 0, gone: false };
    this.#entries.set(key, entry);
    this.#ordered.push(entry);
    return entry;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#volatile.delete(entry.key);
    this.#tally.bytes -= entry.bytes;
    entry.gone = true;
    this.#goneInOrder++;
    if (this.#goneInOrder > 64 && this.#goneInOrder > this.#ordered.length / 2) {
      this.#ordered = this.#ordered.filter(({ gone }) => !gone);
      this.#goneInOrder = 0;
    }
    this.changed(entry.key);
  }

  #expireAt(entry: Entry, at: bigint | undefined): void {
    entry.expiresAt = at;
    if (at === undefined) this.#volatile.delete(entry.key);
    else this.#used(entry);
  }

  #used(entry: Entry): void {
    this.#volatile.delete(entry.key);
    this.#volatile.set(entry.key, entry);
  }
}

function hasExpired({ expiresAt }: Entry): boolean {
  return expiresAt !== undefined && expiresAt < Date.now();
}

function firstBehind(ordered: readonly Entry[], cursor: bigint): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle]?.sequence ?? 0) > cursor) high = middle;
    else low = middle + 1;
  }
  return low;
}
