interface Due {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

/** Virtual time: it stands still while anything runs, and then jumps to whatever is due next. */
export class Time {
  #now: number;
  #order = 0;
  #stirred = false;
  readonly #due: Due[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  at(moment: number, work: () => void): void {
    const due = this.#due;
    due.push({ at: Math.max(moment, this.#now), order: this.#order++, work });
    for (let child = due.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  after(pause: number, work: () => void): void {
    this.at(this.#now + pause, work);
  }

  /** Whatever was started or resumed runs until it waits, before time goes on. */
  stir(): void {
    this.#stirred = true;
  }

  sleep(pause: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(pause, () => {
        this.stir();
        resolve();
      });
    });
  }

  async runUntil(end: number): Promise<void> {
    await rest();
    for (let next = this.#due[0]; next !== undefined && next.at <= end; next = this.#due[0]) {
      this.#take();
      this.#now = next.at;
      next.work();
      if (!this.#stirred) continue;
      this.#stirred = false;
      await rest();
    }
    this.#now = end;
  }

  #take(): void {
    const due = this.#due;
    const last = due.pop();
    if (last === undefined || due.length === 0) return;
    due[0] = last;
    for (let parent = 0; ; ) {
      let first = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < due.length && this.#isBefore(child, first)) first = child;
      }
      if (first === parent) return;
      this.#swap(first, parent);
      parent = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#due[a], this.#due[b]];
    if (one === undefined || other === undefined) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#due[a], this.#due[b]];
    if (one === undefined || other === undefined) return;
    this.#due[a] = other;
    this.#due[b] = one;
  }
}

/** Until whatever runs waits for time to pass: nothing here waits for anything else, and a tick comes after all promises. */
function rest(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
