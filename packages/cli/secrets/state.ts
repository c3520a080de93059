import type { DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import { current, pending, settlingTag } from "#rotation/labels.ts";
import { readSettling } from "#rotation/settle/settling.ts";
import type { SecretFacts } from "../status/facts.ts";

/** `rotating`: a new value is being made. `rolling`: its services are moving to it. `stuck`: it needs a person. */
export type SecretState = "missing" | "deleted" | "no value" | "settled" | "rotating" | "rolling" | "stuck";

export function stateOf(
  described: Pick<DescribeSecretCommandOutput, "Tags" | "DeletedDate"> | undefined,
  facts: SecretFacts | undefined,
): SecretState {
  if (facts === undefined) return "missing";
  if (described?.DeletedDate !== undefined) return "deleted";
  if (!facts.versions.some(({ labels }) => labels.includes(current))) return "no value";
  const settling = readSettling(described?.Tags?.find(({ Key }) => Key === settlingTag)?.Value);
  if (settling?.phase === "stuck") return "stuck";
  if (isPending(facts)) return "rotating";
  return settling?.phase === "rolling" ? "rolling" : "settled";
}

export function isPending({ versions }: SecretFacts): boolean {
  return versions.some(({ labels }) => labels.includes(pending) && !labels.includes(current));
}
