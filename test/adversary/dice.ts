/** Reproducible chance: the same seed rolls the same numbers on every machine (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  /** Small times as often as large ones: from seconds to hours. */
  spread(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.next());
  }

  pick<T>(some: readonly [T, ...T[]]): T {
    return some[Math.floor(this.next() * some.length)] ?? some[0];
  }

  /** A stream of its own, which the others' use does not disturb. */
  fork(name: string): Dice {
    let seed = this.#state;
    for (const character of name) seed = Math.imul(seed ^ character.charCodeAt(0), 0x01000193);
    return new Dice(seed);
  }
}
