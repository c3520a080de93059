import type { Clock } from "#endpoint/core/ports.ts";
import { invalidParameter, invalidRequest, notFound } from "./errors.ts";
import type { Notices } from "./notices.ts";
import type { Secret } from "./secret.ts";
import {
  type Change,
  CURRENT,
  holderOf,
  moveLabel,
  type NewValue,
  putValue,
  type SecretValue,
  type StageUpdate,
  type Version,
  versionById,
} from "./versions.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_VALUE_BYTES = 65_536;

export interface Values {
  /** A version with a value. Throws `ResourceNotFoundException` in the words that say what was looked for. */
  read(secret: Secret, wanted: { readonly id?: string | undefined; readonly stage?: string | undefined }): Version;
  put(secret: Secret, value: Omit<NewValue, "at">): Version;
  move(secret: Secret, update: StageUpdate): void;
  /** Calls back after every change of labels or values. */
  onChange(listener: (secret: Secret) => void): void;
}

export function createValues(clock: Clock, notices: Notices): Values {
  const listeners: ((secret: Secret) => void)[] = [];
  const apply = (secret: Secret, { versions, moves }: Change) => {
    if (versions === secret.versions) return;
    secret.versions = versions;
    secret.changedAt = clock.now();
    notices.labelsMoved(secret, moves);
    for (const listener of listeners) listener(secret);
  };
  return {
    read(secret, { id, stage }) {
      const version = id === undefined ? holderOf(secret.versions, stage ?? CURRENT) : versionById(secret.versions, id);
      if (version !== undefined && stage !== undefined && !version.stages.includes(stage)) {
        throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
      }
      if (version === undefined || version.value.kind === "none") {
        const sought = id === undefined ? `staging label: ${stage ?? CURRENT}` : `VersionId: ${id}`;
        throw notFound(`Secrets Manager can't find the specified secret value for ${sought}`);
      }
      const accessedAt = Math.floor(clock.now() / 86_400_000) * 86_400_000;
      secret.accessedAt = accessedAt;
      secret.versions = secret.versions.map((one) => (one.id === version.id ? { ...one, accessedAt } : one));
      return version;
    },
    put(secret, value) {
      checkSize(value.value);
      apply(secret, putValue(secret.versions, { ...value, at: clock.now() }, secret.arn));
      const version = versionById(secret.versions, value.id);
      if (version === undefined) throw notFound();
      return version;
    },
    move(secret, update) {
      apply(secret, moveLabel(secret.versions, update));
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

/** The value of a request: text, binary in base64, or nothing. */
export function requestedValue(text: string | undefined, binary: string | Buffer | undefined): SecretValue {
  if (text !== undefined && binary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (text !== undefined) return { kind: "text", text };
  if (binary === undefined) return { kind: "none" };
  return { kind: "binary", base64: typeof binary === "string" ? binary : binary.toString("base64") };
}

function checkSize(value: SecretValue): void {
  const bytes =
    value.kind === "text"
      ? Buffer.byteLength(value.text)
      : value.kind === "binary"
        ? Buffer.byteLength(value.base64, "base64")
        : 0;
  if (bytes <= MAX_VALUE_BYTES) return;
  throw invalidParameter(`The secret value has ${bytes} bytes; the limit is ${MAX_VALUE_BYTES}.`);
}
