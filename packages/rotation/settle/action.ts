import type { Phase, Settling } from "./settling.ts";

/** What to do next. Each action may be repeated, and may have died anywhere before. */
export type Action = SecretAction | Wait | Roll;

export type SecretAction =
  /** Records since when the current version has been seen as current. */
  | {
      readonly kind: "record";
      readonly secret: string;
      readonly versionId: string;
      readonly since: number;
      readonly phase: Phase;
      readonly isProven: false;
    }
  /** Whether it is accepted where it is used. */
  | {
      readonly kind: "prove";
      readonly secret: string;
      readonly versionId: string;
      /** It has had the time that it takes to be known everywhere. */
      readonly isLate: boolean;
      /** Set unless it was accepted everywhere before: what to record once it is. */
      readonly proving: Settling | undefined;
    }
  /** Announces that a version is bad, and marks it. */
  | { readonly kind: "reject"; readonly secret: string; readonly versionId: string; readonly reason: string }
  /** Makes the last good version current again. */
  | { readonly kind: "restore"; readonly secret: string; readonly versionId: string; readonly to: string }
  /**
   * Every consumer runs on the current version: from now on it is the one to go back to, and what came before is revoked;
   * then the secret is settled.
   */
  | {
      readonly kind: "revoke";
      readonly secret: string;
      readonly versionId: string;
      readonly outcome: "unchanged" | "settled" | "restored";
    }
  /** Removes AWSPENDING from a version that no rotation works on any more, so that the next can begin. */
  | { readonly kind: "unblock"; readonly secret: string; readonly versionId: string }
  /** The same for a rejected version, whose credential is revoked with the next change that settles. */
  | { readonly kind: "abandon"; readonly secret: string; readonly versionId: string }
  /** The same for a rejected version that was never current, whose credential goes first. */
  | { readonly kind: "discard"; readonly secret: string; readonly versionId: string }
  /** Notifies people that the fleet needs them to continue. */
  | { readonly kind: "report"; readonly secret: string; readonly versionId: string; readonly reason: string }
  /** Notifies people of what has been waiting for long. */
  | {
      readonly kind: "remind";
      readonly secret: string;
      readonly versionId: string;
      readonly reason: string;
      readonly began: number;
    }
  /** Notifies people that it is over. */
  | { readonly kind: "resume"; readonly secret: string; readonly versionId: string };

export interface Wait {
  readonly kind: "wait";
  readonly secret: string;
  readonly reason: string;
  /** Set when only time has to pass; otherwise an event or the schedule wakes the planner. */
  readonly until?: number;
  /** Since when, if that is not when the current version became current. */
  readonly began?: number;
}

export interface Roll {
  readonly kind: "roll";
  readonly service: string;
  readonly secrets: readonly string[];
  readonly since: number;
}
