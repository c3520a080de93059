import type { Dice } from "./dice.ts";
import type { Nature } from "./plot.ts";
import type { Time } from "./time.ts";
import { second } from "./time.ts";

export interface HecToken {
  readonly name: string;
  readonly token: string;
  readonly madeBy: "fleet" | "people";
  /** The administrator's list shows it. */
  readonly listed: boolean;
  disabled: boolean;
  /** Accepted for the list, and from when the list shows it. */
  readonly madeAt: number;
  applied: boolean;
  /** A call to disable or delete it was accepted. */
  revoking: boolean;
  deleted: boolean;
}

type Standing = "enabled" | "disabled" | "unknown";

/** One stack of Splunk: the tokens as its administrator sees them, and what each of HEC's nodes knows of them. */
export class Stack {
  readonly tokens: HecToken[] = [];
  readonly #nodes: Map<string, Standing>[];
  readonly #time: Time;
  readonly #dice: Dice;
  readonly #nature: Nature;
  readonly #isImmediate: boolean;
  #changing = 0;
  /** Tokens that HEC was seen to refuse once their revocation had begun, by whoever asked. */
  readonly seenRefused = new Set<string>();

  constructor(time: Time, dice: Dice, nature: Nature, isImmediate: boolean) {
    this.#time = time;
    this.#dice = dice;
    this.#nature = nature;
    this.#isImmediate = isImmediate;
    this.#nodes = Array.from({ length: isImmediate ? 1 : nature.nodes }, () => new Map());
  }

  /** People make one in Splunk's own pages. */
  make(name: string, token: string, listed: boolean): void {
    this.tokens.push({
      ...{ name, token, madeBy: "people", listed, madeAt: this.#time.now() },
      ...{ disabled: false, applied: true, revoking: false, deleted: false },
    });
    for (const node of this.#nodes) node.set(token, "enabled");
  }

  find(name: string): HecToken | undefined {
    return this.tokens.find((one) => one.name === name && one.listed && one.applied && !one.deleted);
  }

  /** What the administrator's list shows. */
  list(): readonly HecToken[] {
    return this.tokens.filter((one) => one.listed && one.applied && !one.deleted);
  }

  /** Another change of the stack is under way. */
  get isChanging(): boolean {
    return this.#changing > 0;
  }

  create(name: string, token: string, making: number): "accepted" | "exists" {
    if (this.tokens.some((one) => one.name === name && !one.deleted)) return "exists";
    const made: HecToken = {
      ...{ name, token, madeBy: "fleet", listed: true, madeAt: this.#time.now() },
      ...{ disabled: false, applied: false, revoking: false, deleted: false },
    };
    this.tokens.push(made);
    this.#apply(making, () => {
      made.applied = true;
      this.#spread(token, () => (made.deleted ? "unknown" : made.disabled ? "disabled" : "enabled"));
    });
    return "accepted";
  }

  disable(one: HecToken, making: number): void {
    one.revoking = true;
    this.#apply(making, () => {
      one.disabled = true;
      this.#spread(one.token, () => (one.deleted ? "unknown" : "disabled"));
    });
  }

  delete(one: HecToken, making: number): void {
    one.revoking = true;
    this.#apply(making, () => {
      one.deleted = true;
      this.#spread(one.token, () => "unknown");
    });
  }

  /** A request reaches one of the nodes. */
  ask(token: string): Standing {
    const node = this.#nodes[this.#dice.whole(0, this.#nodes.length - 1)];
    const standing = node?.get(token) ?? "unknown";
    if (standing !== "enabled" && this.isBeingRevoked(token)) this.seenRefused.add(token);
    return standing;
  }

  /** Whether every node takes it, and will. */
  accepts(token: string): boolean {
    const known = this.#nodes.every((node) => node.get(token) === "enabled");
    return known && !this.tokens.some((one) => one.token === token && one.revoking);
  }

  /** Whether a node takes it still. */
  acceptsAnywhere(token: string): boolean {
    return this.#nodes.some((node) => node.get(token) === "enabled");
  }

  isBeingRevoked(token: string): boolean {
    return this.tokens.some((one) => one.token === token && one.revoking);
  }

  #apply(making: number, change: () => void): void {
    if (this.#isImmediate) {
      change();
      return;
    }
    this.#changing += 1;
    this.#time.after(making, () => {
      this.#changing -= 1;
      change();
    });
  }

  #spread(token: string, standing: () => Standing): void {
    for (const node of this.#nodes) {
      const pause = this.#isImmediate ? this.#dice.between(0, second) : this.#dice.between(0, this.#nature.spreading);
      this.#time.after(pause, () => node.set(token, standing()));
    }
  }
}
