import { randomUUID } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, FunctionInvoker, InvokePermissions } from "#endpoint/core/ports.ts";
import { invalidRequest } from "./errors.ts";
import type { Notices } from "./notices.ts";
import { nextRotation, rotationWindow } from "./rotation-rules.ts";
import type { RotationSetup, Secret } from "./secret.ts";
import type { Values } from "./values.ts";
import { CURRENT, holderOf, PENDING, versionById } from "./versions.ts";

const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
type Step = (typeof STEPS)[number];

export interface RotationPorts {
  readonly clock: Clock;
  readonly functions: FunctionInvoker & InvokePermissions;
  readonly values: Values;
  readonly notices: Notices;
  /** Milliseconds between a failed attempt and the next one. AWS does not state its own. */
  readonly retryAfterMs: number;
}

export interface Rotations {
  /** Announces a version and rotates in the background; returns the version's id. */
  start(secret: Secret, token?: string): string;
  /** Runs `testSecret` alone, on a temporary version that is removed afterwards. */
  test(secret: Secret): Promise<void>;
  /** Gives up what is under way, and leaves the labels as they are: a rotation that is cancelled can be taken up again. */
  stop(secret: Pick<Secret, "arn">): void;
  /** Throws `AccessDeniedException` when Secrets Manager may not invoke the function. */
  checkFunction(secret: Secret, lambdaArn: string): void;
}

interface Attempt {
  readonly token: string;
  readonly stop: AbortController;
}

/** The managed rotation: four calls of a function per attempt, attempts until one succeeds or the window is over. */
export function createRotations({ clock, functions, values, notices, retryAfterMs }: RotationPorts): Rotations {
  const attempts = new Map<string, Attempt>();

  const call = async (secret: Secret, lambdaArn: string, Step: Step, token: string): Promise<boolean> => {
    const event = { Step, SecretId: secret.arn, ClientRequestToken: token, RotationToken: randomUUID() };
    try {
      return (await functions.invoke(lambdaArn, JSON.stringify(event))).kind === "success";
    } catch {
      // The function is gone, throttled or broken beyond an answer: a failed attempt like any other, and reported as such.
      return false;
    }
  };

  const attemptOnce = async (secret: Secret, { token, stop }: Attempt): Promise<boolean> => {
    notices.rotation(secret, "RotationStarted");
    for (const step of STEPS) {
      const lambdaArn = secret.rotation?.lambdaArn;
      if (stop.signal.aborted || lambdaArn === undefined) return false;
      if (!(await call(secret, lambdaArn, step, token))) return false;
    }
    return holderOf(secret.versions, CURRENT)?.id === token;
  };

  const succeed = (secret: Secret) => {
    secret.announced = undefined;
    secret.rotatedAt = clock.now();
    const { rotation } = secret;
    if (rotation !== undefined) {
      secret.rotation = { ...rotation, nextAt: nextRotation(rotation.rules, clock.now()) };
    }
    notices.rotation(secret, "RotationSucceeded");
  };

  const run = async (secret: Secret, token: string): Promise<void> => {
    const attempt: Attempt = { token, stop: new AbortController() };
    const { signal } = attempt.stop;
    attempts.set(secret.arn, attempt);
    const until = clock.now() + rotationWindow(secret.rotation?.rules);
    try {
      while (!signal.aborted) {
        const rotated = await attemptOnce(secret, attempt);
        if (signal.aborted) return;
        if (rotated) return succeed(secret);
        notices.rotation(secret, "RotationFailed");
        if (clock.now() + retryAfterMs > until) return;
        await clock.sleep(retryAfterMs, signal);
      }
    } finally {
      if (attempts.get(secret.arn) === attempt) attempts.delete(secret.arn);
    }
  };

  const abandon = (secret: Secret, token: string) => {
    secret.announced = undefined;
    attempts.get(secret.arn)?.stop.abort();
    attempts.delete(secret.arn);
    notices.rotation(secret, "RotationAbandoned");
    if (holderOf(secret.versions, PENDING)?.id === token) values.move(secret, { label: PENDING, from: token });
  };

  /** A value put by somebody else, or the removal of the pending label, ends a rotation, even one that waits to be tried again. */
  values.onChange((secret) => {
    if (secret.announced === undefined) return;
    const { id, known } = secret.announced;
    const stages = versionById(secret.versions, id)?.stages ?? [];
    const inHand = stages.includes(PENDING) || stages.includes(CURRENT);
    if (!inHand || secret.versions.some((version) => !known.has(version.id))) abandon(secret, id);
  });

  const rerun = (secret: Secret, token: string) => {
    secret.announced = { id: token, known: new Set(secret.versions.map(({ id }) => id)) };
    if (!attempts.has(secret.arn)) void run(secret, token);
  };

  return {
    start(secret, token = randomUUID()) {
      const pending = holderOf(secret.versions, PENDING);
      const current = holderOf(secret.versions, CURRENT);
      if (pending !== undefined && pending.id !== current?.id && pending.id !== token) {
        rerun(secret, pending.id);
        throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
      }
      if (versionById(secret.versions, token) === undefined) {
        values.put(secret, { id: token, value: { kind: "none" }, stages: [PENDING] });
      }
      rerun(secret, token);
      return token;
    },
    async test(secret) {
      const current = holderOf(secret.versions, CURRENT);
      const lambdaArn = secret.rotation?.lambdaArn;
      if (current === undefined || lambdaArn === undefined || holderOf(secret.versions, PENDING) !== undefined) return;
      const id = randomUUID();
      values.put(secret, { id, value: current.value, stages: [PENDING] });
      if (!(await call(secret, lambdaArn, "testSecret", id))) notices.rotation(secret, "TestRotationFailed");
      secret.versions = secret.versions.filter((version) => version.id !== id);
    },
    stop(secret) {
      attempts.get(secret.arn)?.stop.abort();
      attempts.delete(secret.arn);
    },
    checkFunction(secret, lambdaArn) {
      if (mayInvoke(functions, lambdaArn, secret.arn)) return;
      throw new AwsError(
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
      );
    },
  };
}

function mayInvoke(functions: InvokePermissions, lambdaArn: string, secretArn: string): boolean {
  try {
    return functions.permits(lambdaArn, "secretsmanager.amazonaws.com", secretArn);
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** The setup of a secret whose next rotation counts from `now`. */
export function scheduled(setup: Omit<RotationSetup, "nextAt" | "enabled">, now: number): RotationSetup {
  return { ...setup, enabled: true, nextAt: nextRotation(setup.rules, now) };
}
