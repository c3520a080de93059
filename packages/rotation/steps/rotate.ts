import { RotationError } from "../errors.ts";
import { current, holderOf, isRejected, pending } from "../labels.ts";
import { withinLimits } from "../limits.ts";
import { entryOf } from "../map.ts";
import { createSecret } from "./create.ts";
import type { RotationEvent } from "./event.ts";
import { finishSecret } from "./finish.ts";
import { setSecret } from "./set.ts";
import type { RotationPorts, Step } from "./step.ts";
import { testSecret } from "./test.ts";

const steps = { createSecret, setSecret, testSecret, finishSecret } satisfies Record<
  RotationEvent["Step"],
  (step: Step) => Promise<void>
>;

/**
 * One of the four calls of a rotation. Repeating a call that succeeded does nothing; one that died continues where it
 * stopped.
 * Throws `RotationError`, and whatever a port throws: Secrets Manager then tries again.
 */
export async function rotate(event: RotationEvent, given: RotationPorts): Promise<void> {
  const ports: RotationPorts = { ...given, store: withinLimits(given.store) };
  const entry = entryOf(ports.map, event.SecretId);
  if (entry === undefined) throw new RotationError("refused", `The map has no secret ${event.SecretId}.`);
  const secret = await ports.store.describe(event.SecretId);
  const token = event.ClientRequestToken;
  if (!secret.rotationEnabled) throw new RotationError("refused", `Rotation of ${secret.name} is off.`);
  const version = secret.versions.find(({ id }) => id === token);
  if (version === undefined) throw new RotationError("refused", `${secret.name} has no version ${token}.`);
  if (version.labels.includes(current)) return;
  if (!version.labels.includes(pending)) {
    throw new RotationError("refused", `Version ${token} of ${secret.name} is not ${pending}: it was given up.`);
  }
  if (isRejected(secret.versions, token)) {
    throw new RotationError("rejected", `Version ${token} of ${secret.name} was rejected; rotate again.`);
  }
  const currentId = holderOf(secret.versions, current);
  if (currentId === undefined) throw new RotationError("refused", `${secret.name} has no current value yet.`);
  await steps[event.Step]({ ports, entry, issuer: ports.issuerOf(entry), secret, token, currentId });
  ports.log({ level: "info", secret: secret.name, step: event.Step, version: token, outcome: "done" });
}
