import { randomInt } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { invalidParameter, invalidRequest, MARKED_FOR_DELETION, notFound } from "./errors.ts";
import type { Secret } from "./secret.ts";

const DAY_MS = 86_400_000;
const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export interface Secrets {
  /** Throws `ResourceExistsException`, or `InvalidRequestException` while the name awaits its deletion. */
  create(name: string, details: Pick<Secret, "description" | "kmsKeyId">): Secret;
  /** By name, ARN, or ARN without its random suffix. Throws `ResourceNotFoundException`. */
  find(secretId: string): Secret;
  /** As `find`, and throws `InvalidRequestException` for a secret that is marked for deletion. */
  active(secretId: string): Secret;
  /** Marks for deletion; without `recoveryDays` it is gone at once. Returns when it goes. */
  delete(secretId: string, recoveryDays: number | undefined): { readonly secret: Secret; readonly dueAt: number };
  restore(secretId: string): Secret;
  list(): readonly Secret[];
}

export function createSecrets(place: Place, now: () => number): Secrets {
  const byName = new Map<string, Secret>();
  const prefix = `arn:aws:secretsmanager:${place.region}:${place.account}:secret:`;

  const purge = () => {
    for (const secret of byName.values()) {
      if (secret.deletionAt !== undefined && secret.deletionAt <= now()) byName.delete(secret.name);
    }
  };

  const lookUp = (secretId: string): Secret | undefined => {
    purge();
    if (!secretId.startsWith("arn:")) return byName.get(secretId);
    const secrets = [...byName.values()];
    return (
      secrets.find((secret) => secret.arn === secretId) ??
      secrets.find((secret) => secretId === `${prefix}${secret.name}`)
    );
  };
  const find = (secretId: string): Secret => {
    const secret = lookUp(secretId);
    if (secret === undefined) throw notFound();
    return secret;
  };
  const active = (secretId: string): Secret => {
    const secret = find(secretId);
    if (secret.deletionAt !== undefined) throw invalidRequest(MARKED_FOR_DELETION);
    return secret;
  };

  return {
    find,
    active,
    create(name, details) {
      checkName(name);
      const existing = lookUp(name);
      if (existing?.deletionAt !== undefined) {
        throw invalidRequest(
          "You can't create this secret because a secret with this name is already scheduled for deletion.",
        );
      }
      if (existing !== undefined) {
        throw new AwsError(
          "ResourceExistsException",
          `The operation failed because the secret ${name} already exists.`,
        );
      }
      const secret: Secret = {
        ...details,
        name,
        arn: `${prefix}${name}-${suffix()}`,
        createdAt: now(),
        changedAt: now(),
        tags: new Map(),
        versions: [],
        policy: undefined,
        rotation: undefined,
        accessedAt: undefined,
        rotatedAt: undefined,
        deletionAt: undefined,
      };
      byName.set(name, secret);
      return secret;
    },
    delete(secretId, recoveryDays) {
      const secret = recoveryDays === undefined ? find(secretId) : active(secretId);
      const dueAt = now() + (recoveryDays ?? 0) * DAY_MS;
      secret.deletionAt = dueAt;
      purge();
      return { secret, dueAt };
    },
    restore(secretId) {
      const secret = find(secretId);
      secret.deletionAt = undefined;
      return secret;
    },
    list() {
      purge();
      return [...byName.values()];
    },
  };
}

function suffix(): string {
  return Array.from({ length: 6 }, () => ALPHANUMERIC.charAt(randomInt(ALPHANUMERIC.length))).join("");
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) return;
  throw invalidParameter(
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
  );
}
