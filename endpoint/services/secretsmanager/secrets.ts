import { randomInt } from "node:crypto";
import { AwsError, validationError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { invalidRequest, MARKED_FOR_DELETION, notFound } from "./errors.ts";
import type { Secret } from "./secret.ts";
import { trimmed } from "./versions.ts";

const DAY_MS = 86_400_000;
const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export interface Secrets {
  /** Throws `ResourceExistsException`, or `InvalidRequestException` while the name awaits its deletion. */
  create(name: string, details: Pick<Secret, "description" | "kmsKeyId">): Secret;
  /** By name, ARN, or ARN without its random suffix. Throws `ResourceNotFoundException`. */
  find(secretId: string): Secret;
  /** As `find`, and throws `InvalidRequestException` for a secret that is marked for deletion. */
  active(secretId: string): Secret;
  /** Marks for deletion. Returns when it goes. */
  schedule(secretId: string, recoveryDays: number): { readonly secret: Secret; readonly dueAt: number };
  /** Deletes at once; what is gone already is deleted. */
  force(secretId: string): Pick<Secret, "arn" | "name">;
  restore(secretId: string): Secret;
  list(): readonly Secret[];
}

export function createSecrets(place: Place, now: () => number): Secrets {
  const byName = new Map<string, Secret>();
  const prefix = `arn:aws:secretsmanager:${place.region}:${place.account}:secret:`;

  const purge = () => {
    for (const secret of byName.values()) {
      if (secret.deletionAt !== undefined && secret.deletionAt <= now()) byName.delete(secret.name);
      secret.versions = trimmed(secret.versions, now());
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
  const nothingAt = (secretId: string) =>
    secretId.startsWith("arn:")
      ? { arn: secretId, name: secretId.slice(prefix.length).replace(/-[A-Za-z0-9]{6}$/, "") }
      : { arn: `${prefix}${secretId}-${suffix()}`, name: secretId };
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
        tags: undefined,
        versions: [],
        announced: undefined,
        policy: undefined,
        rotation: undefined,
        accessedAt: undefined,
        rotatedAt: undefined,
        deletionAt: undefined,
      };
      byName.set(name, secret);
      return secret;
    },
    schedule(secretId, recoveryDays) {
      const secret = active(secretId);
      const dueAt = now() + recoveryDays * DAY_MS;
      secret.deletionAt = dueAt;
      return { secret, dueAt };
    },
    force(secretId) {
      const secret = lookUp(secretId);
      if (secret === undefined) return nothingAt(secretId);
      byName.delete(secret.name);
      return secret;
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
  throw validationError(
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
  );
}
