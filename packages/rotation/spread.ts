import type { Issuer, Proof } from "./issuers/index.ts";
import type { Clock } from "./ports.ts";
import type { SecretValue } from "./value.ts";

/** How many answers in a row have to agree. Refusals are rarer, and vendors count them. */
const inARow = { accepted: 8, rejected: 5, afterAMix: 24 } as const;
const pauseMs = 500;

/** `isMixed`: the places that check it disagreed. */
export type SpreadProof = Proof & { readonly isMixed?: true };

/**
 * Asks until several answers in a row agree. A new credential reaches a vendor's nodes one by one, and each answer is one
 * node's: while they disagree, it is neither accepted nor refused.
 *
 * @param isLate whether it has had the time to get everywhere: before, one refusal says enough
 * @param wasMixed whether they disagreed before: then chance has to be ruled out more thoroughly
 */
export async function proveSpread(
  issuer: Pick<Issuer, "prove" | "propagationMs">,
  value: SecretValue,
  { clock, isLate, wasMixed }: { readonly clock: Clock; readonly isLate: boolean; readonly wasMixed: boolean },
): Promise<SpreadProof> {
  const first = await issuer.prove(value);
  if (issuer.propagationMs === 0 || first.verdict === "undecided") return first;
  if (first.verdict === "rejected" && !isLate) return first;
  const wanted = wasMixed && first.verdict === "accepted" ? inARow.afterAMix : inARow[first.verdict];
  for (let asked = 1; asked < wanted; asked++) {
    await clock.sleep(pauseMs);
    const next = await issuer.prove(value);
    if (next.verdict === first.verdict) continue;
    if (next.verdict === "undecided") return next;
    const reason = "some of the places that check it know it already, others do not";
    return { verdict: "undecided", reason, isMixed: true };
  }
  return first;
}
