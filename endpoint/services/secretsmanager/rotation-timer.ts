import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock } from "#endpoint/core/ports.ts";
import type { Rotations } from "./rotation.ts";
import { nextRotation } from "./rotation-rules.ts";
import type { Secret } from "./secret.ts";
import type { Secrets } from "./secrets.ts";

/** Timers of Node.js hold 24 days at most. */
const MAX_SLEEP_MS = 86_400_000;

export interface RotationTimer {
  /** Looks again at what is due when: a schedule has changed. */
  reset(): void;
  stop(): void;
}

/** Starts each secret's rotation when its schedule says so. */
export function startRotationTimer(clock: Clock, secrets: Secrets, rotations: Rotations): RotationTimer {
  const stopped = new AbortController();
  let waiting = new AbortController();

  const due = () => secrets.list().filter((secret) => isScheduled(secret) && nextAtOf(secret) <= clock.now());

  const loop = async () => {
    while (!stopped.signal.aborted) {
      for (const secret of due()) startScheduled(secret, rotations, clock.now());
      const nextAt = Math.min(...secrets.list().filter(isScheduled).map(nextAtOf));
      waiting = new AbortController();
      await clock.sleep(Math.min(Math.max(nextAt - clock.now(), 0), MAX_SLEEP_MS), waiting.signal);
    }
  };
  void loop();
  return {
    reset: () => waiting.abort(),
    stop() {
      stopped.abort();
      waiting.abort();
    },
  };
}

function isScheduled(secret: Secret): boolean {
  return secret.rotation?.enabled === true && secret.rotation.nextAt !== undefined && secret.deletionAt === undefined;
}

function nextAtOf(secret: Secret): number {
  return secret.rotation?.nextAt ?? Number.POSITIVE_INFINITY;
}

function startScheduled(secret: Secret, rotations: Rotations, now: number): void {
  const { rotation } = secret;
  if (rotation === undefined) return;
  secret.rotation = { ...rotation, nextAt: nextRotation(rotation.rules, now) };
  try {
    rotations.start(secret);
  } catch (error) {
    // The previous rotation is not complete, and continues instead of this one.
    if (!(error instanceof AwsError)) throw error;
  }
}
