import type { Stage } from "../stage.ts";
import type { ServiceFacts } from "../status/facts.ts";

/**
 * `ok`: looked, and well. `warning`: it will hurt one day. `failure`: it hurts, or will at the next change, or nobody
 * could look. `skipped`: there is nothing to look at here, or it needs what only a person can give.
 */
export type Verdict = "ok" | "warning" | "failure" | "skipped";

export interface Finding {
  readonly verdict: Verdict;
  /** What was seen, with the name of the thing it was seen on. */
  readonly evidence: string;
  /** What to do; absent where nothing is to be done. */
  readonly remedy?: string;
}

/** One known trap. Without findings all is well. */
export interface Check {
  /** Stable: scripts and tests read it. */
  readonly id: string;
  /** What is so when all is well. */
  readonly well: string;
  /** What is wrong now. A check that throws is a failure: what nobody could look at is not known to be well. */
  look(examination: Examination, report: Report): Promise<readonly Finding[]>;
}

/** Says what a check that takes long is at. */
export type Report = (at: string) => void;

/** The stage, and what several checks ask about it, read once. */
export interface Examination {
  readonly stage: Stage;
  /** Rejects where these credentials may not read them. */
  readonly services: Promise<readonly ServiceFacts[]>;
  /** Name servers that the domain's parent names; absent where nobody outside this machine knows the domain. */
  readonly resolveNs: ((domain: string) => Promise<readonly string[]>) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether an alarm may be set off, which people will see in their chats. */
  readonly testAlarm: "wanted" | "declined";
  /** Milliseconds that a check which has to wait may take; each has its own idea where nobody says. */
  readonly patienceMs: number | undefined;
}

export const well = (evidence: string): Finding => ({ verdict: "ok", evidence });

export const failure = (evidence: string, remedy: string): Finding => ({ verdict: "failure", evidence, remedy });
export const warning = (evidence: string, remedy: string): Finding => ({ verdict: "warning", evidence, remedy });
export const skipped = (evidence: string, remedy?: string): Finding => ({
  verdict: "skipped",
  evidence,
  ...(remedy !== undefined && { remedy }),
});
