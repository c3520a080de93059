import { randomUUID } from "node:crypto";

/** A HEC token as its administrator set it up. */
export interface HecToken {
  readonly name: string;
  /** A GUID. */
  readonly token: string;
  /** Indexes it may write to; empty means all. */
  readonly indexes: readonly string[];
  readonly defaultIndex: string;
  readonly defaultSource?: string | undefined;
  readonly defaultSourcetype?: string | undefined;
  readonly disabled: boolean;
  readonly useAck: boolean;
}

/** What is left out or undefined gets Splunk's default; the value, a random one. */
export type TokenRequest = { readonly [K in keyof HecToken]?: HecToken[K] | undefined } & Pick<HecToken, "name">;

/** Why a token does not open the door. */
export type Refusal = "unknown" | "disabled";

/** The tokens of one Splunk, keyed by name as Splunk keys them. */
export class TokenRegistry {
  readonly #tokens = new Map<string, HecToken & { readonly validFrom: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * @param propagationMs how long HEC answers code 4 to a new token, as Splunk Cloud does while it spreads it
   * @throws {Error} when the name is taken, or the value
   */
  create(request: TokenRequest, propagationMs = 0): HecToken {
    const { name, indexes = [], defaultSource, defaultSourcetype } = request;
    const token: HecToken = {
      name,
      token: request.token ?? randomUUID(),
      indexes,
      defaultIndex: request.defaultIndex ?? indexes[0] ?? "main",
      defaultSource,
      defaultSourcetype,
      disabled: request.disabled ?? false,
      useAck: request.useAck ?? false,
    };
    if (this.#tokens.has(token.name)) throw new Error(`There is a HEC token named ${token.name} already.`);
    if (this.list().some((other) => other.token === token.token)) {
      throw new Error(`The value of HEC token ${token.name} is another token's.`);
    }
    this.#tokens.set(token.name, { ...token, validFrom: this.#now() + propagationMs });
    return token;
  }

  get(name: string): HecToken | undefined {
    return this.#tokens.get(name);
  }

  list(): readonly HecToken[] {
    return [...this.#tokens.values()];
  }

  /** Changes everything but the value, which Splunk never changes. @returns false when there is no such token */
  update(name: string, change: Partial<Omit<HecToken, "name" | "token">>): boolean {
    const token = this.#tokens.get(name);
    if (token === undefined) return false;
    this.#tokens.set(name, { ...token, ...change });
    return true;
  }

  /** @returns false when there is no such token */
  delete(name: string): boolean {
    return this.#tokens.delete(name);
  }

  /** What HEC makes of a presented value. */
  admit(value: string): HecToken | Refusal {
    const wanted = value.toLowerCase();
    for (const token of this.#tokens.values()) {
      if (token.token.toLowerCase() !== wanted || token.validFrom > this.#now()) continue;
      return token.disabled ? "disabled" : token;
    }
    return "unknown";
  }
}
