import { backoff } from "../audit/backoff.ts";
import type { Abilities } from "./abilities.ts";
import { Child, type ChildOptions } from "./child.ts";
import { readProcesses, treeOf } from "./memory.ts";
import type { Greeting } from "./message.ts";
import { NoAnswer, Refused } from "./no-answer.ts";

export interface Server {
  readonly child: Child;
  readonly greeting: Greeting;
}

/** Whose process it is. A server learns at its start what its client can be asked, so clients that differ in it have two. */
export interface Owner {
  readonly caller: string;
  readonly abilities: Abilities;
}

export interface ChildrenOptions extends Omit<ChildOptions, "abilities"> {
  readonly most: number;
  /** What all processes together may have. */
  readonly memoryMiB: number;
  readonly idleMs: number;
  readonly now?: () => number;
  /** A server may have other tools for clients that it can ask something. */
  onGreeted?(child: Child, owner: Owner): void;
}

/** The first answer may take long: `npx` and `uvx` may have to fetch the server. */
const greetingPatienceMs = 60_000;
/** A server that lasted this long has started well, however it ended. */
const steadyMs = 10_000;
/** Whoever asks for a server that is about to be started again waits so long for it. */
const waitMs = 1_000;
const lostAttempts = 5;
const memoryEveryMs = 2_000;

/** By clients that can be asked different things, a caller takes no more of them. */
const mostOfOne = 4;

interface Place {
  readonly caller: string;
  readonly child: Child;
  readonly server: Promise<Server>;
  lastUsed: number;
  isOpen: boolean;
}

interface Setback {
  readonly attempts: number;
  readonly notBefore: number;
}

/** The processes of one server: one for all, or one for each caller, each begun when it is needed. */
export class Children {
  readonly #options: ChildrenOptions;
  readonly #now: () => number;
  readonly #places = new Map<string, Place>();
  readonly #setbacks = new Map<string, Setback>();
  readonly #sweep: NodeJS.Timeout;
  readonly #memory: NodeJS.Timeout;
  #stopped = false;
  /** Whether any process has ever answered: a broken image never does. */
  hasAnswered = false;

  constructor(options: ChildrenOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#sweep = setInterval(() => this.#endIdle(), Math.min(30_000, options.idleMs));
    this.#sweep.unref();
    this.#memory = setInterval(() => void this.#checkMemory(), memoryEveryMs);
    this.#memory.unref();
  }

  /** Whether it ends as often as it begins. */
  isLost(owner: Owner): boolean {
    const key = keyOf(owner);
    return !this.#places.has(key) && (this.#setbacks.get(key)?.attempts ?? 0) >= lostAttempts;
  }

  get size(): number {
    return this.#places.size;
  }

  /** @throws {NoAnswer} when it cannot be started now, or has not begun in time; it goes on with that */
  async getWithin(owner: Owner, patienceMs: number): Promise<Server> {
    const late = Promise.withResolvers<never>();
    const seconds = Math.round(patienceMs / 1_000);
    const error = new NoAnswer("timeout", `The server has not begun within ${seconds} s. Try again in a minute.`);
    const timer = setTimeout(() => late.reject(error), patienceMs);
    return Promise.race([this.get(owner), late.promise]).finally(() => clearTimeout(timer));
  }

  /** @throws {NoAnswer} when it cannot be started now */
  async get(owner: Owner): Promise<Server> {
    const key = keyOf(owner);
    const known = this.#places.get(key);
    if (known !== undefined && !known.child.hasEnded) {
      known.lastUsed = this.#now();
      return known.server;
    }
    await known?.child.exited;
    if (this.#stopped) throw new NoAnswer("exited", "This task is stopping.");
    await this.#waitFor(key);
    return this.#places.get(key)?.server ?? this.#begin(key, owner);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweep);
    clearInterval(this.#memory);
    await Promise.all([...this.#places.values()].map((place) => end(place)));
  }

  async #waitFor(key: string): Promise<void> {
    const { notBefore = 0 } = this.#setbacks.get(key) ?? {};
    const left = notBefore - this.#now();
    if (left > waitMs) {
      throw new NoAnswer(
        "not_started",
        `The server does not start. It is tried again in ${Math.ceil(left / 1_000)} s.`,
      );
    }
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }

  #begin(key: string, { caller, abilities }: Owner): Promise<Server> {
    const { most } = this.#options;
    const own = [...this.#places].filter(([, place]) => place.caller === caller);
    for (const [places, limit] of [
      [own, mostOfOne],
      [[...this.#places], most],
    ] as const) {
      if (places.length < limit || this.#endOldest(places)) continue;
      const message = `All ${limit} processes of this server that there may be are in use. Try again in a minute.`;
      return Promise.reject(new NoAnswer("timeout", message));
    }
    const child = new Child({ ...this.#options, abilities });
    const startedAt = this.#now();
    const server = this.#greet(child, { caller, abilities });
    const place: Place = { caller, child, server, lastUsed: startedAt, isOpen: true };
    this.#places.set(key, place);
    void child.exited.then((why) => {
      if (this.#places.get(key) === place) this.#places.delete(key);
      if (place.isOpen && !this.#stopped) this.#remember(key, startedAt, why);
    });
    return server;
  }

  async #greet(child: Child, owner: Owner): Promise<Server> {
    try {
      const greeting = await child.greet(greetingPatienceMs);
      this.hasAnswered = true;
      this.#options.onGreeted?.(child, owner);
      return { child, greeting };
    } catch (error) {
      void child.stop();
      if (!(error instanceof NoAnswer || error instanceof Refused)) throw error;
      if (error instanceof Refused || error.fault === "timeout" || error.fault === "not_protocol") {
        this.#options.log.error(`The server does not begin as the protocol asks: ${error.message}`);
        this.#options.onFault("not_started");
      }
      throw error instanceof NoAnswer ? error : new NoAnswer("not_started", error.message);
    }
  }

  #remember(key: string, startedAt: number, why: NoAnswer): void {
    const now = this.#now();
    const before = now - startedAt > steadyMs ? 0 : (this.#setbacks.get(key)?.attempts ?? 0);
    const pause = backoff(before + 1);
    // Those of callers who never come back make room for others.
    if (this.#setbacks.size >= 1_000) this.#setbacks.clear();
    this.#setbacks.set(key, { attempts: before + 1, notBefore: now + pause });
    this.#options.log.warn(
      `The server is started again when it is needed, in ${Math.ceil(pause / 1_000)} s at the earliest.`,
      {
        reason: why.fault,
        attempt: before + 1,
      },
    );
  }

  /** The largest goes before the task runs out of memory, which would end them all. */
  async #checkMemory(): Promise<void> {
    if (this.#places.size === 0) return;
    const processes = await readProcesses();
    const sizes = [...this.#places.values()].map(({ child }) => {
      const bytes = treeOf(processes, child.pid).reduce((sum, one) => sum + one.bytes, 0);
      return { child, miB: Math.round(bytes / 2 ** 20) };
    });
    const all = sizes.reduce((sum, { miB }) => sum + miB, 0);
    const [largest] = sizes.sort((one, other) => other.miB - one.miB);
    if (largest === undefined || all <= this.#options.memoryMiB) return;
    const what = sizes.length === 1 ? `${all} MiB` : `${largest.miB} of ${all} MiB`;
    largest.child.fail(
      "out_of_memory",
      `The server took ${what}, more than the ${this.#options.memoryMiB} there are, and was stopped.`,
    );
  }

  #endIdle(): void {
    for (const [key, place] of this.#places) {
      if (place.child.isBusy || this.#now() - place.lastUsed <= this.#options.idleMs) continue;
      this.#places.delete(key);
      this.#options.log.info("A server that nobody used was ended.", {
        idle_s: Math.round(this.#options.idleMs / 1_000),
      });
      void end(place);
    }
  }

  /** Makes room by ending the one that was used least recently, if it has nothing to do. */
  #endOldest(places: readonly (readonly [string, Place])[]): boolean {
    const idle = places.filter(([, { child }]) => !child.isBusy);
    const [oldest] = idle.sort(([, one], [, other]) => one.lastUsed - other.lastUsed);
    if (oldest === undefined) return false;
    const [key, place] = oldest;
    this.#places.delete(key);
    void end(place);
    return true;
  }
}

const keyOf = ({ caller, abilities }: Owner): string => JSON.stringify([caller, abilities]);

async function end(place: Place): Promise<void> {
  place.isOpen = false;
  await place.child.stop();
}
