import type { Dice } from "./dice.ts";
import type { Fault, Nature, Port } from "./plot.ts";
import type { Time } from "./time.ts";

type Of<Kind extends Fault["kind"]> = Extract<Fault, { readonly kind: Kind }>;

/** Which faults there are at this moment. */
export class Weather {
  readonly #faults: readonly Fault[];
  readonly #time: Time;
  readonly #dice: Dice;
  readonly #nature: Nature;
  readonly #begin: number;

  constructor(faults: readonly Fault[], time: Time, dice: Dice, nature: Nature) {
    this.#faults = faults;
    this.#time = time;
    this.#dice = dice;
    this.#nature = nature;
    this.#begin = time.now();
  }

  isDown(port: Port): boolean {
    return this.#now("down").some((fault) => fault.port === port);
  }

  /** Whether a call fails, and whether it has its effect all the same. */
  failing(port: Port): "before" | "after" | undefined {
    return this.#now("failing").find((fault) => fault.port === port && this.#dice.chance(fault.share))?.when;
  }

  busy(method: string): Of<"busy"> | undefined {
    const revokes = method === "PATCH" || method === "DELETE";
    return this.#now("busy").find(
      (fault) => fault.method === "any" || fault.method === method || (fault.method === "revoking" && revokes),
    );
  }

  /** How long ACS takes for a change that begins now. */
  making(): number {
    const [slow] = this.#now("slow");
    return (slow?.making ?? this.#nature.making) * this.#dice.between(0.7, 1.3);
  }

  /** After how many calls a run that begins now dies. */
  deathOf(): number | undefined {
    const [dying] = this.#now("dying");
    return dying !== undefined && this.#dice.chance(dying.share) ? this.#dice.whole(1, 30) : undefined;
  }

  /** No function starts. */
  get isDead(): boolean {
    return this.#now("dead").length > 0;
  }

  events(): Of<"events">["how"] | undefined {
    return this.#now("events")[0]?.how;
  }

  hangs(service: string): boolean {
    return this.#now("hanging").some((fault) => fault.service === service);
  }

  drainsUntil(service: string): number | undefined {
    const ends = this.#now("draining").filter((fault) => fault.service === service);
    return ends.length === 0 ? undefined : this.#begin + Math.max(...ends.map(({ to }) => to));
  }

  isFlaky(service: string): boolean {
    return this.#now("flaky").some((fault) => fault.service === service);
  }

  isUnlisted(service: string): boolean {
    return this.#now("unlisted").some((fault) => fault.service === service);
  }

  get isThrottled(): boolean {
    return this.#now("throttled").length > 0;
  }

  #now<Kind extends Fault["kind"]>(kind: Kind): readonly Of<Kind>[] {
    const at = this.#time.now() - this.#begin;
    const isNow = (fault: Fault): fault is Of<Kind> => fault.kind === kind && fault.from <= at && at < fault.to;
    return this.#faults.filter(isNow);
  }
}
