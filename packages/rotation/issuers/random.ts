import { randomInt } from "node:crypto";
import type { Rotation } from "../map.ts";
import { isBlank } from "../value.ts";
import type { Issuer } from "./issuer.ts";

const lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function randomText(length: number, alphabet = lettersAndDigits): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}

/** Keys that only the fleet itself uses: any value of the right shape is valid. */
export function random({ keys }: Extract<Rotation, { readonly issuer: "random" }>): Issuer {
  return {
    keys: Object.keys(keys),
    propagationMs: 0,
    async create(now) {
      const drawn = Object.entries(keys).map(([key, { length, alphabet }]) => [key, randomText(length, alphabet)]);
      return { kind: "value", value: { ...now, ...Object.fromEntries(drawn) } };
    },
    install: async () => "installed",
    async prove(value) {
      const missing = Object.keys(keys).filter((key) => isBlank(value[key]));
      if (missing.length === 0) return { verdict: "accepted" };
      return { verdict: "rejected", reason: `the keys ${missing.join(", ")} are missing or empty` };
    },
    findsLeftovers: false,
    names: async () => [],
    revoke: async () => ({ kind: "none" }),
  };
}
