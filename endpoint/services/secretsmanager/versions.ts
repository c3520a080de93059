import { AwsError } from "#endpoint/core/errors.ts";

/** `none` is a version that a rotation has announced and not yet given a value. */
export type SecretValue =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly base64: string };

export interface Version {
  readonly id: string;
  readonly createdAt: number;
  readonly value: SecretValue;
  /** Staging labels, sorted. A version without any is deprecated. */
  readonly stages: readonly string[];
  /** Midnight of the day it was last read. */
  readonly accessedAt?: number;
}

/** In the order of their creation. */
export type Versions = readonly Version[];

export interface LabelMove {
  readonly label: string;
  readonly versionId: string;
}

export interface Change {
  readonly versions: Versions;
  /** Labels that are now on another version than before. */
  readonly moves: readonly LabelMove[];
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_LABELS_OF_ALL_VERSIONS = 20;
const MAX_VERSIONS = 100;
const TRIM_AGE_MS = 24 * 60 * 60_000;

export const CURRENT = "AWSCURRENT";
export const PREVIOUS = "AWSPREVIOUS";
export const PENDING = "AWSPENDING";

export function holderOf(versions: Versions, label: string): Version | undefined {
  return versions.find((version) => version.stages.includes(label));
}

export function versionById(versions: Versions, id: string): Version | undefined {
  return versions.find((version) => version.id === id);
}

export interface NewValue {
  readonly id: string;
  readonly value: SecretValue;
  readonly stages: readonly string[];
  readonly at: number;
}

/**
 * Writes a value as a version. The same value under the same id changes nothing; a version announced without a value
 * takes this one, and the first value of a secret is current whatever else it is. Throws `ResourceExistsException`
 * when the id holds another value.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export function putValue(versions: Versions, { id, value, stages, at }: NewValue, secretArn: string): Change {
  const existing = versionById(versions, id);
  if (existing !== undefined && existing.value.kind !== "none") {
    if (sameValue(existing.value, value)) return { versions, moves: [] };
    throw new AwsError(
      "ResourceExistsException",
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secretArn}.`,
    );
  }
  const written: Versions =
    existing === undefined
      ? [...versions, { id, value, createdAt: at, stages: [] }]
      : versions.map((version) => (version.id === id ? { ...version, value } : version));
  const first = value.kind !== "none" && holderOf(versions, CURRENT) === undefined;
  const labels = first && !stages.includes(CURRENT) ? [CURRENT, ...stages] : stages;
  const replaced = labels.includes(CURRENT) ? holderOf(versions, CURRENT)?.id : undefined;
  const moved = labels.reduce<Change>((change, label) => place(change, label, id), { versions: written, moves: [] });
  checkQuota(moved.versions);
  // A value that was rotated in and is replaced by hand keeps nothing of its rotation.
  return replaced === undefined ? moved : { ...moved, versions: withoutOn(moved.versions, PENDING, replaced) };
}

export interface StageUpdate {
  readonly label: string;
  readonly to?: string | undefined;
  readonly from?: string | undefined;
}

/**
 * `UpdateSecretVersionStage`: a compare-and-swap, since `from` has to be the version that holds the label.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
export function moveLabel(versions: Versions, { label, to, from }: StageUpdate): Change {
  for (const id of [to, from]) if (id !== undefined) requireVersion(versions, id);
  const holder = holderOf(versions, label);
  if (from !== undefined && holder?.id !== from) {
    throw invalidParameter(`The staging label ${label} isn't currently attached to version ${from}.`);
  }
  if (to === undefined) {
    if (label === CURRENT) throw invalidParameter(`You can't remove the staging label ${CURRENT} from a secret.`);
    return { versions: from === undefined ? versions : without(versions, label), moves: [] };
  }
  if (holder?.id === to) return { versions, moves: [] };
  if (holder !== undefined && from === undefined) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  const moved = place({ versions, moves: [] }, label, to);
  checkQuota(moved.versions);
  return moved;
}

/** A label is on one version at a time, and the version that was current becomes the previous one. */
function place(change: Change, label: string, id: string): Change {
  const holder = holderOf(change.versions, label);
  if (holder?.id === id) return change;
  const versions = attach(without(change.versions, label), label, id);
  const moved: Change = { versions, moves: [...change.moves, { label, versionId: id }] };
  if (label !== CURRENT) return moved;
  // The new current version is never the previous one too.
  const cleared = { ...moved, versions: without(moved.versions, PREVIOUS) };
  return holder === undefined ? cleared : place(cleared, PREVIOUS, holder.id);
}

function attach(versions: Versions, label: string, id: string): Versions {
  return versions.map((version) =>
    version.id === id ? { ...version, stages: [...version.stages, label].toSorted() } : version,
  );
}

function checkQuota(versions: Versions): void {
  const labels = versions.flatMap(({ stages }) => stages).length;
  if (labels <= MAX_LABELS_OF_ALL_VERSIONS) return;
  throw new AwsError(
    "LimitExceededException",
    `The versions of a secret can have ${MAX_LABELS_OF_ALL_VERSIONS} staging labels in total, and would have ${labels}.`,
  );
}

function withoutOn(versions: Versions, label: string, id: string): Versions {
  return holderOf(versions, label)?.id === id ? without(versions, label) : versions;
}

function without(versions: Versions, label: string): Versions {
  return versions.map((version) =>
    version.stages.includes(label)
      ? { ...version, stages: version.stages.filter((stage) => stage !== label) }
      : version,
  );
}

/** Deprecated versions beyond the hundredth go, oldest first, but none younger than a day. */
export function trimmed(versions: Versions, now: number): Versions {
  const excess = versions.length - MAX_VERSIONS;
  if (excess <= 0) return versions;
  const dropped = versions
    .filter((version) => version.stages.length === 0 && now - version.createdAt >= TRIM_AGE_MS)
    .slice(0, excess);
  return versions.filter((version) => !dropped.includes(version));
}

function requireVersion(versions: Versions, id: string): void {
  if (versionById(versions, id) !== undefined) return;
  throw new AwsError("ResourceNotFoundException", `Secrets Manager can't find the specified secret version: ${id}.`);
}

function sameValue(a: SecretValue, b: SecretValue): boolean {
  switch (a.kind) {
    case "none":
      return b.kind === "none";
    case "text":
      return b.kind === "text" && a.text === b.text;
    case "binary":
      return b.kind === "binary" && a.base64 === b.base64;
  }
}

function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
