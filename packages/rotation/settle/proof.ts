import type { Action, Wait } from "./action.ts";
import type { SecretObservation, TimedProof } from "./observation.ts";
import { timing } from "./timing.ts";

/** What is known of a version's value, and what to do while that is not enough. */
export type Verdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "rejected"; readonly reason: string }
  /** Neither; `known` once it was asked for, with the reason. */
  | { readonly kind: "unproven"; readonly next: Action; readonly known: string | undefined };

/** @param until before then a refusal means nothing */
export function verdictOn(secret: SecretObservation, versionId: string, until: number, now: number): Verdict {
  const proof = secret.proofs[versionId];
  const { key, settling } = secret;
  const isNew = settling?.versionId === versionId && !settling.isProven && secret.propagationMs > 0;
  const proving = isNew ? settling : undefined;
  const prove = { kind: "prove", secret: key, versionId, isLate: now >= until, proving } as const;
  if (proof === undefined) return { kind: "unproven", next: prove, known: undefined };
  if (proof.verdict === "accepted") return { kind: "accepted" };
  if (proof.verdict === "rejected" && proof.at >= until) return { kind: "rejected", reason: proof.reason };
  const again = proof.verdict === "rejected" ? Math.min(until, againAt(proof)) : againAt(proof);
  if (now >= again) return { kind: "unproven", next: prove, known: proof.reason };
  const wait: Wait = { kind: "wait", secret: secret.key, reason: proof.reason, until: again };
  return { kind: "unproven", next: wait, known: proof.reason };
}

function againAt({ at, times }: TimedProof): number {
  return at + timing.proofAgain * 2 ** (times - 1);
}
