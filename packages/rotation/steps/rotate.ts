import { RotationError } from "../errors.ts";
import type { Issuer } from "../issuers/index.ts";
import { current, holderOf, isRejected, pending } from "../labels.ts";
import { entryOf, type RotationMap, type SecretEntry } from "../map.ts";
import type { Announcer, Clock, Log, SecretDescription, SecretStore } from "../ports.ts";
import { createSecret } from "./create.ts";
import type { RotationEvent } from "./event.ts";
import { finishSecret } from "./finish.ts";
import { setSecret } from "./set.ts";
import { testSecret } from "./test.ts";

export interface RotationPorts {
  readonly map: RotationMap;
  readonly store: SecretStore;
  readonly announcer: Announcer;
  readonly issuerOf: (entry: SecretEntry) => Issuer;
  readonly clock: Clock;
  /** Milliseconds since the epoch at which a step must have returned. */
  readonly deadline: () => number;
  readonly log: Log;
}

/** One step of one rotation, past the guards. */
export interface Step {
  readonly ports: RotationPorts;
  readonly entry: SecretEntry;
  readonly issuer: Issuer;
  readonly secret: SecretDescription;
  /** The version being made. */
  readonly token: string;
  /** The version that is current. */
  readonly currentId: string;
}

const steps = { createSecret, setSecret, testSecret, finishSecret } satisfies Record<
  RotationEvent["Step"],
  (step: Step) => Promise<void>
>;

/**
 * One of the four calls of a rotation. Repeating a call that went well does nothing; one that died goes on where it was.
 * Throws `RotationError`, and whatever a port throws: Secrets Manager then tries again.
 */
export async function rotate(event: RotationEvent, ports: RotationPorts): Promise<void> {
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
