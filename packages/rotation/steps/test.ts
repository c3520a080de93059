import { RotationError } from "../errors.ts";
import { markRejected } from "../reject.ts";
import { placeholdersIn, sameValue } from "../value.ts";
import type { Step } from "./step.ts";
import { readCurrent, readPending } from "./values.ts";

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/**
 * A refusal counts once this call has seen nothing else for so long: it begins when the issuer says that the credential
 * is made, however long that took, and what checks it may know it minutes later.
 */
const refusedMs = 180_000;

/**
 * Tests the new credential where it will be used. While a new one spreads it may be refused; refused for longer than
 * that takes, it is bad and marked as such, and `settle-secret` removes it.
 */
export async function testSecret(step: Step): Promise<void> {
  const { ports, entry, issuer, secret, token } = step;
  const now = await readCurrent(step);
  const next = await readPending(step, now);
  // Turning rotation on calls only this step, with a copy: a fresh secret still has its placeholders then.
  if (placeholdersIn(next, entry.placeholders).length > 0) return;
  const began = ports.clock.now();
  const toRefuse = issuer.propagationMs === 0 ? 0 : refusedMs;
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 2)) {
    const proof = await issuer.prove(next);
    if (proof.verdict === "accepted") return;
    const made = (await ports.store.createdAt(secret.arn, token)) ?? 0;
    const at = ports.clock.now();
    if (proof.verdict === "rejected" && at - made >= issuer.propagationMs && at - began >= toRefuse) {
      if (!sameValue(next, now)) await markRejected(ports.store, secret, token);
      throw new RotationError("rejected", `Version ${token} of ${secret.name} is not accepted: ${proof.reason}.`);
    }
    if (at + pause > ports.deadline()) {
      throw new RotationError(
        "unfinished",
        `Version ${token} of ${secret.name} could not be tested yet: ${proof.reason}.`,
      );
    }
    await ports.clock.sleep(pause);
  }
}
