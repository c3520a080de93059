import * as v from "valibot";
import { severities } from "#fleet/definition.ts";
import { Story } from "./story.ts";

/**
 * - `firing`: something is wrong now.
 * - `no-data`: what was watched no longer reports.
 * - `resolved`: it has ended.
 * - `succeeded`: it went well: ends a failure if there was one, and is worth a message by itself.
 * - `notice`: it happened, and has no duration.
 */
export const phases = ["firing", "no-data", "resolved", "succeeded", "notice"] as const;
export type Phase = (typeof phases)[number];

/** What stands between an alarm and its contributor in a subject: a name may have a `#` of its own. */
export const contributorMark = "#contributor:";

/** One thing that happened, from whichever source. What is open is kept with its record, to be told of again. */
export const Incident = v.object({
  /** Identifies the problem: the same for its beginning and its end. */
  subject: v.string(),
  /** Identifies this one change: the same when two sources deliver it, or one delivers it twice. */
  change: v.string(),
  /** When it changed, in milliseconds since the epoch. */
  at: v.number(),
  phase: v.picklist(phases),
  severity: v.picklist(severities),
  /** Key of the service in the map; undefined if it concerns none. */
  service: v.optional(v.string()),
  story: Story,
});
export type Incident = Readonly<v.InferOutput<typeof Incident>>;

/** A service that is down: none of its tasks answers. */
export function isDown({ story, phase }: Incident): boolean {
  return (
    phase === "firing" &&
    story.kind === "alarm" &&
    story.watch.kind === "metric" &&
    story.watch.metric === "HealthyHostCount"
  );
}
