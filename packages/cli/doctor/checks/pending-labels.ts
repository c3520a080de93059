import { eachOf } from "#aws/batches.ts";
import { formatDuration } from "../../duration.ts";
import { readSecret } from "../../secrets/read.ts";
import { isPending } from "../../secrets/state.ts";
import type { DatedSecret } from "../../status/facts.ts";
import { type Check, type Finding, warning } from "../check.ts";

/** A rotation takes minutes; one that stopped halfway blocks the next. */
const longMs = 3_600_000;

export const pendingLabels: Check = {
  id: "pending-labels",
  ok: "No rotation stopped halfway.",
  async look({ stage, secrets: reading, now }) {
    const pending = [...(await reading).values()].filter(({ facts }) => isPending(facts));
    const secrets = await eachOf(pending, ({ plan: { key } }) => readSecret(stage, key));
    return secrets.flatMap((secret) => (secret === undefined ? [] : judgePending(secret, now())));
  },
};

/** @param now milliseconds since the epoch */
export function judgePending({ key, name, versions }: DatedSecret, now: number): readonly Finding[] {
  const pending = versions.find(({ labels }) => labels.includes("AWSPENDING") && !labels.includes("AWSCURRENT"));
  if (pending === undefined || now - pending.createdAt < longMs) return [];
  return [
    warning(
      `${name} has a version that has been pending for ${formatDuration(now - pending.createdAt)} (${pending.id}).`,
      `fleet secrets rotate ${key} --wait resumes it; the log of rotate-secret shows what stopped it`,
    ),
  ];
}
