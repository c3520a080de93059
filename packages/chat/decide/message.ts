import type { Incident } from "../incident/incident.ts";
import type { Entry, Evidence, Thread } from "../record/record.ts";

/**
 * - `open`: a conversation begins.
 * - `update`: something joins an open one, or part of it has recovered.
 * - `recover`: all of it has recovered.
 * - `acknowledge`: somebody has taken it.
 * - `remind`: it is still ongoing.
 */
export type Purpose = "open" | "update" | "recover" | "acknowledge" | "remind";

/** What to post about one group. */
export interface Message {
  readonly purpose: Purpose;
  readonly thread: Thread | undefined;
  /** Everything that is open or has just changed, newest last. */
  readonly entries: readonly Entry[];
  /** What is new, with everything known about it. */
  readonly fresh: readonly Incident[];
  readonly recovered: readonly Entry[];
  /** What is shown in detail; undefined where only what the first message showed is known. */
  readonly lead: Incident | undefined;
  /** What the first message showed. */
  readonly evidence: Evidence | undefined;
}
