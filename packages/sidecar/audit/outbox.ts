import type { Spool } from "./spool.ts";

/** Lines in flight. Until it is settled, no later line is sent. */
export interface Consignment {
  readonly lines: readonly string[];
  /** @param rest the lines that did not arrive: they stay in front of all others */
  settle(rest: readonly string[]): Promise<void>;
}

/** Events that wait: in memory while delivery works, on disk as soon as it does not. First in, first out. */
export class Outbox {
  readonly #queue: string[] = [];
  readonly #queueMax: number;
  readonly #spool: Spool;
  #inFlight = 0;

  constructor(spool: Spool, queueMax: number) {
    this.#spool = spool;
    this.#queueMax = queueMax;
  }

  get inMemory(): number {
    return this.#queue.length + this.#inFlight;
  }

  get onDisk(): number {
    return this.#spool.events;
  }

  get isEmpty(): boolean {
    return this.inMemory + this.onDisk === 0;
  }

  get isCrowded(): boolean {
    return this.#queue.length > this.#queueMax / 2;
  }

  /** @returns false when memory is full and the line is lost */
  add(line: string): boolean {
    if (this.#queue.length >= this.#queueMax) return false;
    this.#queue.push(line);
    return true;
  }

  /** The oldest lines: a segment from disk if there is one, else at most `max` from memory. */
  async next(max: number): Promise<Consignment> {
    const segment = await this.#spool.head();
    if (segment === undefined) return this.#fromMemory(max);
    const { lines } = segment;
    return {
      lines,
      settle: async (rest) => {
        if (rest.length === lines.length && lines.length > 0) return;
        // In this order a kill in between sends events twice; in the other it would lose them.
        if (rest.length > 0) await this.#spool.prepend(rest);
        await this.#spool.remove(segment);
      },
    };
  }

  #fromMemory(max: number): Consignment {
    const lines = this.#queue.splice(0, max);
    this.#inFlight = lines.length;
    return {
      lines,
      settle: async (rest) => {
        this.#inFlight = 0;
        if (rest.length > 0) await this.#orKeep(rest, () => this.#spool.prepend(rest));
      },
    };
  }

  /** Moves what waits in memory to disk. @returns how many lines did not fit and are lost */
  async spill(): Promise<number> {
    const lines = this.#queue.splice(0);
    return lines.length === 0 ? 0 : this.#orKeep(lines, () => this.#spool.append(lines));
  }

  /** If the disk fails, lines are less safe but not lost: they go back to memory, in front. */
  async #orKeep<T>(lines: readonly string[], write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      this.#queue.unshift(...lines);
      throw error;
    }
  }
}
