import type { Experience } from "./callers.ts";

export type Verdict = "passed" | "failed" | "not possible" | "not run";

export interface Outcome {
  readonly step: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** What was seen, or why it was not. */
  readonly text: string;
  readonly tookMs: number;
  /** What somebody who used the service met. */
  readonly people: Experience;
  /** What is still to be put back, by hand. */
  readonly left: readonly string[];
}

/** A drill in which nothing could be tried has shown nothing. */
export function isPassed(outcomes: readonly Pick<Outcome, "verdict">[]): boolean {
  const are = (verdict: Verdict) => outcomes.some((one) => one.verdict === verdict);
  return are("passed") && !are("failed") && !are("not run");
}
