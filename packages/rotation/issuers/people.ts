import type { Issuer } from "./issuer.ts";

/** Secrets that only change by hand: a change rolls out like any other, but nothing can be tested or revoked. */
export const people: Issuer = {
  keys: [],
  propagationMs: 0,
  create: async () => ({
    kind: "ask",
    text: "The map declines a rotation of this secret.",
    remedy: "Set a new value by hand, or turn the schedule off.",
  }),
  install: async () => "installed",
  prove: async () => ({ verdict: "accepted" }),
  findsLeftovers: false,
  names: async () => [],
  revoke: async () => ({ kind: "none" }),
};
