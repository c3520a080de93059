import { appendFile, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { listSegments, readSegment, type Segment } from "./segment.ts";

interface Entry {
  readonly file: string;
  events: number;
  bytes: number;
}

const segmentEvents = 500;
const segmentBytes = 512 * 1024;
/** The first segment's number: in the middle, because a batch that failed goes in front. */
const middle = 500_000_000;
const lockName = "owner";
/** How often an owner touches its lock. One that missed three times is gone. */
export const heartbeatMs = 10_000;
const lockStaleMs = 3 * heartbeatMs;

/**
 * A bounded first-in-first-out of lines on disk. Every process has a directory of its own under `root`, so that tasks
 * on one disk do not mix, and takes over what a dead one left there. Calls are served in the order they are made.
 */
export class Spool {
  readonly #directory: string;
  readonly #maxBytes: number;
  #entries: Entry[] = [];
  #last: Promise<unknown> = Promise.resolve();

  private constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  static async open(root: string, owner: string, maxBytes: number): Promise<Spool> {
    const spool = new Spool(join(root, owner), maxBytes);
    await spool.touch();
    return spool;
  }

  get events(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.events, 0);
  }

  get bytes(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.bytes, 0);
  }

  get directory(): string {
    return this.#directory;
  }

  /** Adds lines behind all others; returns how many did not fit. */
  append(lines: readonly string[]): Promise<number> {
    return this.#inTurn(() => this.#append(lines));
  }

  async #append(lines: readonly string[]): Promise<number> {
    let free = this.#maxBytes - this.bytes;
    const fitting = lines.findIndex((line) => {
      free -= Buffer.byteLength(line) + 1;
      return free < 0;
    });
    const kept = fitting === -1 ? lines : lines.slice(0, fitting);
    for (let from = 0; from < kept.length; from += segmentEvents) {
      await this.#write(this.#tail(), kept.slice(from, from + segmentEvents));
    }
    return lines.length - kept.length;
  }

  /** Puts back lines that were sent but did not arrive; being the oldest, they are never dropped. */
  prepend(lines: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const entry = this.#entry(numberOf(this.#entries[0], middle) - 1);
      this.#entries.unshift(entry);
      await this.#write(entry, lines);
    });
  }

  /** The oldest segment; it stays until it is removed. */
  head(): Promise<Segment | undefined> {
    return this.#inTurn(async () => {
      for (const entry of [...this.#entries]) {
        const lines = await readSegment(join(this.#directory, entry.file));
        if (lines !== undefined) return { file: entry.file, lines };
        this.#entries = this.#entries.filter((other) => other !== entry);
      }
      return undefined;
    });
  }

  remove(segment: Segment): Promise<void> {
    return this.#inTurn(async () => {
      await rm(join(this.#directory, segment.file), { force: true });
      this.#entries = this.#entries.filter((entry) => entry.file !== segment.file);
    });
  }

  /** Shows that this process is alive. Call it more often than every 30 s. */
  async touch(): Promise<void> {
    // Audit events name people: only this user may read the directory.
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const file = join(this.#directory, lockName);
    const handle = await open(file, "a");
    await handle.close();
    const now = new Date();
    await utimes(file, now, now);
  }

  /** Takes over the segments of processes that died or left without delivering. */
  async adopt(root: string): Promise<{ readonly events: number; readonly lost: number }> {
    let events = 0;
    let lost = 0;
    for (const name of await readdir(root)) {
      const orphan = join(root, name);
      if (orphan === this.#directory || !(await isAbandoned(orphan))) continue;
      const taken = join(this.#directory, `adopted-${name}`);
      // Of two processes that find the same orphan, one renames it and the other fails.
      if (!(await succeeds(rename(orphan, taken)))) continue;
      for (const file of await listSegments(taken)) {
        const lines = (await readSegment(join(taken, file))) ?? [];
        events += lines.length;
        lost += await this.append(lines);
      }
      await rm(taken, { recursive: true });
    }
    return { events, lost };
  }

  /** Leaves the segments for the next process, or nothing when all is delivered. */
  async close(): Promise<void> {
    if (this.#entries.length === 0) await rm(this.#directory, { recursive: true, force: true });
    else await rm(join(this.#directory, lockName), { force: true });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #tail(): Entry {
    const last = this.#entries.at(-1);
    // The head may be on its way to HEC, and is removed as a whole when it arrives.
    const open = this.#entries.length > 1 && last !== undefined;
    if (open && last.events < segmentEvents && last.bytes < segmentBytes) return last;
    const entry = this.#entry(numberOf(last, middle - 1) + 1);
    this.#entries.push(entry);
    return entry;
  }

  #entry(number: number): Entry {
    return { file: `${String(number).padStart(10, "0")}.ndjson`, events: 0, bytes: 0 };
  }

  async #write(entry: Entry, lines: readonly string[]): Promise<void> {
    const text = lines.map((line) => `${line}\n`).join("");
    await appendFile(join(this.#directory, entry.file), text, { mode: 0o600 });
    entry.events += lines.length;
    entry.bytes += Buffer.byteLength(text);
  }
}

const numberOf = (entry: Entry | undefined, otherwise: number): number =>
  entry === undefined ? otherwise : Number.parseInt(entry.file, 10);

async function isAbandoned(directory: string): Promise<boolean> {
  const lock = await stat(join(directory, lockName)).catch(() => undefined);
  if (lock !== undefined) return Date.now() - lock.mtimeMs > lockStaleMs;
  // A process that has just created its directory has no lock yet, but no segments either.
  return (await listSegments(directory).catch(() => [])).length > 0;
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
