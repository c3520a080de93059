import type { AlarmFacts } from "../alarms/read.ts";
import type { KnownSecret } from "../secrets/read.ts";
import type { Stage } from "../stage.ts";
import type { Deployed } from "../status/deployed.ts";
import type { ServiceFacts } from "../status/facts.ts";

/**
 * `ok`: nothing is wrong. `warning`: it will hurt one day. `failure`: it hurts now, will at the next change,
 * or could not be checked. `skipped`: nothing to check here, or it needs something only a person can provide.
 */
export type Verdict = "ok" | "warning" | "failure" | "skipped";

export interface Finding {
  readonly verdict: Verdict;
  /** What was seen, with the name of the thing it was seen on. */
  readonly evidence: string;
  /** What to do; absent when there is nothing to do. */
  readonly remedy?: string;
}

/** One known trap. No findings means it is not sprung. */
export interface Check {
  /** Stable: scripts and tests read it. */
  readonly id: string;
  /** The evidence to show when there are no findings. */
  readonly ok: string;
  /** What is wrong now. A check that throws is a failure: what could not be checked cannot be called fine. */
  look(examination: Examination, report: Report): Promise<readonly Finding[]>;
}

/** Reports the progress of a long check. */
export type Report = (at: string) => void;

/** The stage, and what several checks ask about it, read once. */
export interface Examination {
  readonly stage: Stage;
  /** Rejects if these credentials may not read them. */
  readonly services: Promise<readonly ServiceFacts[]>;
  /** Those that exist, by their keys. */
  readonly secrets: Promise<ReadonlyMap<string, KnownSecret>>;
  readonly alarms: Promise<readonly AlarmFacts[]>;
  /** AWS describes one task definition a call, and none changes: each is asked for once. */
  readonly deployedOf: (service: ServiceFacts) => Promise<Deployed>;
  /** Name servers that the domain's parent names; absent for a domain that only this machine knows. */
  readonly resolveNs: ((domain: string) => Promise<readonly string[]>) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether an alarm may be set off, which people will see in their chats. */
  readonly testAlarm: "wanted" | "declined";
  /** Milliseconds that a waiting check may take; each has its own default. */
  readonly patienceMs: number | undefined;
}

export const passed = (evidence: string): Finding => ({ verdict: "ok", evidence });

export const failure = (evidence: string, remedy: string): Finding => ({ verdict: "failure", evidence, remedy });
export const warning = (evidence: string, remedy: string): Finding => ({ verdict: "warning", evidence, remedy });
export const skipped = (evidence: string, remedy?: string): Finding => ({
  verdict: "skipped",
  evidence,
  ...(remedy !== undefined && { remedy }),
});
