import type { Phase } from "./settling.ts";

/** What to do next. Each action may be repeated, and may have died anywhere before. */
export type Action =
  /** Records since when the current version has been seen as current. */
  | {
      readonly kind: "record";
      readonly secret: string;
      readonly versionId: string;
      readonly since: number;
      readonly phase: Phase;
    }
  | { readonly kind: "prove"; readonly secret: string; readonly versionId: string }
  /** `until` when only time has to pass; otherwise an event or the schedule wakes the planner. */
  | { readonly kind: "wait"; readonly secret: string; readonly reason: string; readonly until?: number }
  | { readonly kind: "roll"; readonly service: string; readonly secrets: readonly string[]; readonly since: number }
  /** Announces that a version is bad, and marks it. */
  | { readonly kind: "reject"; readonly secret: string; readonly versionId: string; readonly reason: string }
  /** Makes the last good version current again. */
  | { readonly kind: "restore"; readonly secret: string; readonly from: string; readonly to: string }
  /** Revokes what came before the current version, and records that the secret is settled. */
  | {
      readonly kind: "revoke";
      readonly secret: string;
      readonly versionId: string;
      readonly outcome: "unchanged" | "settled" | "restored";
    }
  /** Removes AWSPENDING from a version that no rotation works on any more, so that the next can begin. */
  | { readonly kind: "unblock"; readonly secret: string; readonly versionId: string }
  /** The same for a rejected version that was never current, whose credential goes first. */
  | { readonly kind: "discard"; readonly secret: string; readonly versionId: string }
  /** Tells people that the fleet needs them to continue. */
  | { readonly kind: "report"; readonly secret: string; readonly versionId: string; readonly reason: string };
