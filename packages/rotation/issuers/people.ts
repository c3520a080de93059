import type { Issuer } from "./issuer.ts";

/** Secrets that change by hand only: a change is rolled out like any other, and nothing can be proven or revoked. */
export const people: Issuer = {
  keys: [],
  propagationMs: 0,
  create: async () => ({
    kind: "ask",
    text: "The map declines a rotation of this secret.",
    remedy: "Put a new value by hand, or turn the schedule off.",
  }),
  install: async () => "installed",
  prove: async () => ({ verdict: "accepted" }),
  revoke: async () => ({ kind: "none" }),
};
