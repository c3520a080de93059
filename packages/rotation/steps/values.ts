import { RotationError } from "../errors.ts";
import { markRejected } from "../reject.ts";
import { parseValue, type SecretValue, sameExcept } from "../value.ts";
import type { Step } from "./rotate.ts";

export async function readCurrent({ ports, secret, currentId }: Step): Promise<SecretValue> {
  const value = parseValue(await ports.store.read(secret.arn, currentId));
  if (value !== undefined) return value;
  throw new RotationError("refused", `The current value of ${secret.name} is no JSON object of strings.`);
}

/**
 * The value being rotated to. It was made from the value current then: when somebody has changed another key since,
 * promoting it would undo that, and the version is given up.
 */
export async function readPending(step: Step, now: SecretValue): Promise<SecretValue> {
  const { ports, secret, token, issuer } = step;
  const value = parseValue(await ports.store.read(secret.arn, token));
  if (value === undefined)
    throw new RotationError("unfinished", `Version ${token} of ${secret.name} has no value yet.`);
  if (sameExcept(value, now, issuer.keys)) return value;
  await markRejected(ports.store, secret, token);
  throw new RotationError("rejected", `${secret.name} was changed while it rotated; rotate again.`);
}
