/** Before which step of the move something counts. */
export const steps = ["deploy", "switch", "destroy"] as const;
export type Step = (typeof steps)[number];

/**
 * `collides`: the step fails or does harm until it is mended. `adopt`: the stage can take it on. `differs`: the stage does
 * otherwise than what runs. `do`: to be done by hand. `ok`: looked at, and nothing is to be done.
 */
export const verdicts = ["collides", "adopt", "differs", "do", "ok"] as const;
export type Verdict = (typeof verdicts)[number];

export interface Finding {
  readonly before: Step;
  readonly verdict: Verdict;
  /** What was seen, with the name of what it was seen on. */
  readonly evidence: string;
  /** What to do; absent for `ok`. */
  readonly remedy?: string;
}

const most = 6;

/** A few of many names, for a sentence. */
export function listed(names: readonly string[]): string {
  const rest = names.length - most;
  return `${names.slice(0, most).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
