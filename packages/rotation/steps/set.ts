import { RotationError } from "../errors.ts";
import { sameValue } from "../value.ts";
import { readRefusal } from "./refusal.ts";
import type { Step } from "./step.ts";
import { readCurrent, readPending } from "./values.ts";

/** Makes the new credential valid at its issuer, beside the old one. */
export async function setSecret(step: Step): Promise<void> {
  const { secret, issuer, token } = step;
  const now = await readCurrent(step);
  const next = await readPending(step, now);
  // It was made, and an issuer that is down meanwhile is not needed for the test.
  if (sameValue(next, now) || readRefusal(step) !== undefined) return;
  if ((await issuer.install(next, now)) === "installed") return;
  throw new RotationError("unfinished", `The issuer is still making version ${token} of ${secret.name}.`);
}
