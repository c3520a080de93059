/**
 * Staging labels and tags. Secrets Manager keeps 20 labels a secret, so the fleet's own are few.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 */
export const current = "AWSCURRENT";
export const previous = "AWSPREVIOUS";
export const pending = "AWSPENDING";
/** The version that every consumer is known to run on, and whose predecessors are revoked. */
export const settled = "settled";
/** The oldest version whose credential, with those of all since, is still to be revoked. */
export const revoking = "revoking";
/** A value that people staged for the next rotation. */
export const candidate = "candidate";
/** A rewritten value on its way to become current. */
export const aligning = "aligning";

const rejectedPrefix = "rejected-";
/** Marks beyond these go, oldest first: their versions are without label then, and soon trimmed. */
export const rejectedAtMost = 5;

/** A version has a mark of its own, since a label stands on one version only. */
export function rejectedLabel(versionId: string): string {
  return `${rejectedPrefix}${versionId}`;
}

export function isRejectedLabel(label: string): boolean {
  return label.startsWith(rejectedPrefix);
}

/** `<version> <since, ISO 8601> <phase>`: which current version is being settled; absent when all is settled. */
export const settlingTag = "mcp-fleet:settling";
/** How the issuer is asked, as `pace.ts` writes it; absent until it is. */
export const paceTag = "mcp-fleet:pace";
/** ISO 8601: when credentials that the fleet left behind at the issuer are looked for next. */
export const sweepTag = "mcp-fleet:sweep";
/** When people were last notified that the secret waits, ISO 8601; absent unless it waits for long. */
export const remindedTag = "mcp-fleet:reminded";
/** `<version> <since, ISO 8601>`: the value that a rotation makes, and since when it is refused. */
export const refusedTag = "mcp-fleet:refused";
/** When the value of today was issued, ISO 8601: a version may be a copy of an older one. */
export const valueSinceTag = "mcp-fleet:value-since";

/** What a rotation, a person or `align-splunk` has on its way. */
export function isKeptLabel(label: string): boolean {
  return label === pending || label === candidate || label === aligning;
}

interface Version {
  readonly id: string;
  readonly labels: readonly string[];
}

export function holderOf(versions: readonly Version[], label: string): string | undefined {
  return versions.find(({ labels }) => labels.includes(label))?.id;
}

export function isRejected(versions: readonly Version[], versionId: string): boolean {
  return versions.some(({ id, labels }) => id === versionId && labels.includes(rejectedLabel(versionId)));
}
