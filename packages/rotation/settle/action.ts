import type { Phase } from "./settling.ts";

/** What to do next. Each action may be repeated, and may have died anywhere before. */
export type Action =
  /** Notes since when the current version is seen as such. */
  | {
      readonly kind: "record";
      readonly secret: string;
      readonly versionId: string;
      readonly since: number;
      readonly phase: Phase;
    }
  | { readonly kind: "prove"; readonly secret: string; readonly versionId: string }
  /** `until` where time alone is awaited; else an event will tell, or the schedule. */
  | { readonly kind: "wait"; readonly secret: string; readonly reason: string; readonly until?: number }
  | { readonly kind: "roll"; readonly service: string; readonly secrets: readonly string[]; readonly since: number }
  /** Says that a version is bad, and marks it. */
  | { readonly kind: "reject"; readonly secret: string; readonly versionId: string; readonly reason: string }
  /** Makes the last good version current again. */
  | { readonly kind: "restore"; readonly secret: string; readonly from: string; readonly to: string }
  /** Revokes what came before the current version, and notes that all is settled. */
  | {
      readonly kind: "revoke";
      readonly secret: string;
      readonly versionId: string;
      readonly outcome: "unchanged" | "settled" | "restored";
    }
  /** Takes AWSPENDING from a version that is no rotation's any more, so that the next can begin. */
  | { readonly kind: "unblock"; readonly secret: string; readonly versionId: string }
  /** The same for a rejected version that was never current, whose credential goes first. */
  | { readonly kind: "discard"; readonly secret: string; readonly versionId: string }
  /** Tells people that the fleet cannot go on by itself. */
  | { readonly kind: "report"; readonly secret: string; readonly versionId: string; readonly reason: string };
