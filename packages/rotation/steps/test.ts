import { RotationError } from "../errors.ts";
import type { Proof } from "../issuers/index.ts";
import { markRejected } from "../reject.ts";
import { proveSpread, spreadMs } from "../spread.ts";
import { placeholdersIn, sameValue } from "../value.ts";
import { noteRefusal, readRefusal } from "./refusal.ts";
import type { Step } from "./step.ts";
import { readCurrent, readPending } from "./values.ts";

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/**
 * A refusal counts once nothing else was seen for so long. That begins when the issuer says that the credential is made,
 * however long it took, and outlasts a call: what checks the credential may know it minutes later.
 */
const refusedMs = 600_000;

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
  const made = (await ports.store.createdAt(secret.arn, token)) ?? 0;
  let refusedSince = readRefusal(step);
  let before: Proof | undefined;
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 2)) {
    const asked = ports.clock.now();
    const isLate = asked - made >= issuer.propagationMs && isRefusedForLong(step, refusedSince, asked);
    const proof = await proveSpread(issuer, next, { clock: ports.clock, isLate, isKnown: false, before });
    if (proof.verdict === "accepted") return;
    if (proof.verdict === "rejected" && isLate) return reject(step, proof.reason, sameValue(next, now));
    if (proof.verdict === "rejected") refusedSince ??= await noteRefusal(step, asked);
    if (ports.clock.now() + pause + spreadMs > ports.deadline()) {
      throw new RotationError(
        "unfinished",
        `Version ${token} of ${secret.name} could not be tested yet: ${proof.reason}.`,
      );
    }
    before = proof;
    await ports.clock.sleep(pause);
  }
}

function isRefusedForLong({ issuer }: Step, since: number | undefined, now: number): boolean {
  return issuer.propagationMs === 0 || (since !== undefined && now - since >= refusedMs);
}

async function reject({ ports, secret, token }: Step, reason: string, isCopy: boolean): Promise<never> {
  if (!isCopy) await markRejected(ports.store, secret, token);
  throw new RotationError("rejected", `Version ${token} of ${secret.name} is not accepted: ${reason}.`);
}
