import { RotationError } from "../errors.ts";
import { current } from "../labels.ts";
import type { Step } from "./step.ts";
import { readCurrent, readPending } from "./values.ts";

/** Makes the new value current, if the one it was made from still is. What follows is `settle-secret`'s. */
export async function finishSecret(step: Step): Promise<void> {
  const { ports, secret, token, currentId } = step;
  await readPending(step, await readCurrent(step));
  const moved = await ports.store.moveLabel(secret.arn, current, { to: token, from: currentId });
  if (moved === "refused") {
    throw new RotationError("unfinished", `${secret.name} changed at this very moment; the next attempt checks again.`);
  }
}
