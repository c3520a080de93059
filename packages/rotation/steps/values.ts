import { RotationError } from "../errors.ts";
import { markRejected } from "../reject.ts";
import { parseValue, type SecretValue, sameExcept, survivesRewriting } from "../value.ts";
import type { Step } from "./step.ts";

export async function readCurrent({ ports, secret, currentId }: Step): Promise<SecretValue> {
  const text = await ports.store.read(secret.arn, currentId);
  const value = parseValue(text);
  if (value === undefined)
    throw new RotationError("refused", `The current value of ${secret.name} is not a JSON object.`);
  if (survivesRewriting(text ?? "")) return value;
  const why = "has a duplicate key, or a number that would change if it were rewritten: put it in quotes";
  throw new RotationError("refused", `The current value of ${secret.name} ${why}.`);
}

/**
 * The value being rotated to. It was made from the value current then: when somebody has changed another key since,
 * promoting it would undo that, so the version is abandoned.
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
