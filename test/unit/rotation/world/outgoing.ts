/**
 * - `fail`: the call throws, and the process goes on.
 * - `die`: the call throws, and so does every other of the same invocation: the process is gone.
 */
export interface Blow {
  /** Which call of the run, from 1. */
  readonly at: number;
  readonly when: "before" | "after";
  readonly how: "fail" | "die";
}

export class Struck extends Error {
  override readonly name = "Struck";
}

/** One run of a function, from its event to its answer. */
export interface Invocation {
  dead: boolean;
}

/** Every call that leaves the engine, counted, and struck where the plan says. */
export class Outgoing {
  readonly names: string[] = [];
  #blow: Blow | undefined;

  strike(blow: Blow | undefined): void {
    this.#blow = blow;
  }

  async call<T>(invocation: Invocation, name: string, work: () => Promise<T>): Promise<T> {
    if (invocation.dead) throw new Struck(`${name}: the process is gone`);
    const at = this.names.push(name);
    const blow = this.#blow?.at === at ? this.#blow : undefined;
    if (blow === undefined) return work();
    if (blow.how === "die") invocation.dead = true;
    if (blow.when === "after") await work();
    throw new Struck(`${name}: struck ${blow.when} it took effect`);
  }

  /** A port whose every method goes through `call`. */
  wrap<T extends object>(invocation: Invocation, area: string, port: T): T {
    return new Proxy(port, {
      get: (target, property, receiver) => {
        const member: unknown = Reflect.get(target, property, receiver);
        if (typeof member !== "function") return member;
        return (...parameters: readonly unknown[]) =>
          this.call(invocation, `${area}.${String(property)}`, async () => Reflect.apply(member, target, parameters));
      },
    });
  }
}
