import { isRejectedLabel, rejectedAtMost, rejectedLabel } from "./labels.ts";
import type { SecretDescription, SecretStore } from "./ports.ts";

/** Marks a version so that it is never used again, and drops marks of versions that nothing else refers to. */
export async function markRejected(
  store: SecretStore,
  secret: SecretDescription,
  versionId: string,
): Promise<"marked" | "full"> {
  if ((await store.moveLabel(secret.arn, rejectedLabel(versionId), { to: versionId })) === "full") return "full";
  const marked = secret.versions.filter(({ id, labels }) => id !== versionId && labels.some(isRejectedLabel));
  const forgotten = marked.filter(({ labels }) => labels.every(isRejectedLabel));
  for (const { id } of forgotten.slice(0, Math.max(0, marked.length + 1 - rejectedAtMost))) {
    await store.moveLabel(secret.arn, rejectedLabel(id), { from: id });
  }
  return "marked";
}
