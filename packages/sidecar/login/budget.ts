import { isIPv6 } from "node:net";
import { OAuthFailure } from "./oauth-failure.ts";

export interface BudgetLimits {
  readonly windowMs: number;
  /** Of one address; an office shares one. */
  readonly perAddress: number;
  /** Of all addresses together: what they leave behind takes memory that logins need. */
  readonly inAll: number;
}

/** Addresses counted at most: beyond it, what they may do in all is the limit. */
const mostAddresses = 10_000;

/** Counts what strangers ask of this process, in windows of time. */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #now: () => number;
  readonly #spent = new Map<string, number>();
  #inAll = 0;
  #until = 0;

  constructor(limits: BudgetLimits, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /** @throws {OAuthFailure} with 429 when the address, or all of them, have spent it */
  spend(address: string): void {
    if (this.#now() >= this.#until) {
      this.#spent.clear();
      this.#inAll = 0;
      this.#until = this.#now() + this.#limits.windowMs;
    }
    const key = networkOf(address);
    const spent = (this.#spent.get(key) ?? 0) + 1;
    if (spent > this.#limits.perAddress || this.#inAll >= this.#limits.inAll) {
      throw new OAuthFailure("temporarily_unavailable", "Too many requests. Try again later.", 429);
    }
    if (this.#spent.size < mostAddresses || this.#spent.has(key)) this.#spent.set(key, spent);
    this.#inAll += 1;
  }
}

/** Who has an IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith("::ffff:")) return address;
  const [head = "", tail = ""] = address.split("::", 2);
  const groups = head.split(":").filter((group) => group !== "");
  const after = address.includes("::") ? tail.split(":").filter((group) => group !== "") : [];
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => "0");
  return [...groups, ...zeros, ...after].slice(0, 4).join(":");
}
