import type { Issuer, Proof } from "./issuers/index.ts";
import type { Clock } from "./ports.ts";
import type { SecretValue } from "./value.ts";

/** How many answers in a row have to agree. Vendors count refusals, so they are fewer. */
const inARow = { accepted: 12, acceptedAtLast: 24, rejected: 8 } as const;
const pauseMs = 500;
/** What that may take. */
export const spreadMs = inARow.acceptedAtLast * (pauseMs + 500);

const disagreement = {
  verdict: "undecided",
  reason: "some of the places that check it know it already, others do not",
} as const;

/** Once some have taken it, refusals are of those that will. */
function isSpreading(proof: Proof | undefined): boolean {
  return proof?.verdict === "undecided" && proof.reason === disagreement.reason;
}

export interface Asking {
  readonly clock: Clock;
  /** It has had the time to get everywhere: before, one refusal says enough. */
  readonly isLate: boolean;
  /** It was accepted everywhere before: one acceptance says enough. */
  readonly isKnown: boolean;
  /** The last answer, if it was asked for a moment ago: then chance has to be ruled out more thoroughly. */
  readonly before: Proof | undefined;
}

/**
 * Asks until several answers in a row agree. A new credential reaches a vendor's nodes one by one, and each answer is one
 * node's: while they disagree, it is neither accepted nor refused.
 */
export async function proveSpread(
  issuer: Pick<Issuer, "prove" | "propagationMs">,
  value: SecretValue,
  { clock, isLate, isKnown, before }: Asking,
): Promise<Proof> {
  const first = await issuer.prove(value);
  if (issuer.propagationMs === 0 || first.verdict === "undecided") return first;
  if (first.verdict === "accepted" && isKnown) return first;
  if (first.verdict === "rejected" && isSpreading(before)) return disagreement;
  if (first.verdict === "rejected" && !isLate) return first;
  const wanted = inARow[first.verdict === "accepted" && before !== undefined ? "acceptedAtLast" : first.verdict];
  for (let asked = 1; asked < wanted; asked++) {
    await clock.sleep(pauseMs);
    const next = await issuer.prove(value);
    if (next.verdict === first.verdict) continue;
    if (next.verdict === "undecided") return next;
    return disagreement;
  }
  return first;
}
