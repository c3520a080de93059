import type { DeploymentFacts } from "../status/facts.ts";

export type Verdict = { readonly kind: "complete" } | { readonly kind: "failed"; readonly reason: string };

/**
 * How a deployment ended; `undefined` while it is in progress. A failed one is followed by the circuit breaker's
 * rollback, and leaves the list once that is done.
 */
export function judge(deployments: readonly DeploymentFacts[], id: string): Verdict | undefined {
  const own = deployments.find((one) => one.id === id);
  if (own === undefined) return { kind: "failed", reason: "it was replaced by another deployment, or rolled back." };
  switch (own.state) {
    case "COMPLETED":
      return { kind: "complete" };
    case "FAILED":
      return { kind: "failed", reason: own.reason };
    default:
      return undefined;
  }
}
