import * as v from "valibot";
import type { Reading } from "./reading.ts";
import { digestOf, recordTools } from "./tool-record.ts";

/** What is known of a service since its last change; a round that finds the same writes nothing. */
export const Standing = v.object({
  state: v.picklist(["up", "login", "down"]),
  /** Why it is down. */
  reason: v.optional(v.string()),
  /** Since when it is in this state, in milliseconds since the epoch. */
  since: v.number(),
  era: v.optional(v.picklist(["modern", "legacy"])),
  /** Of the tools that it is known by; absent before any were seen. */
  tools: v.optional(v.object({ digest: v.string(), count: v.number() })),
  /** Other tools, seen once. While a release rolls, old and new tasks answer in turn. */
  candidate: v.optional(v.object({ digest: v.string(), at: v.number() })),
});
export type Standing = Readonly<v.InferOutput<typeof Standing>>;

export interface Step {
  readonly standing: Standing;
  /** Whether it differs from before. */
  readonly changes: boolean;
  /** Tools to remember from now on, and since when they were seen: `first` ones are no news. */
  readonly tools: { readonly kind: "first" | "changed"; readonly at: number } | undefined;
}

/** What a reading makes of what was known. */
export function follow(before: Standing | undefined, reading: Reading, now: number): Step {
  const since = before?.state === reading.state ? before.since : now;
  if (reading.state !== "up") {
    const { era, tools } = before ?? {};
    const reason = reading.state === "down" ? reading.reason : undefined;
    const standing = {
      state: reading.state,
      since,
      ...(reason !== undefined && { reason }),
      ...(era !== undefined && { era }),
      ...(tools !== undefined && { tools }),
    };
    return { standing, changes: before?.state !== reading.state || before.reason !== reason, tools: undefined };
  }
  const digest = digestOf(recordTools(reading.tools));
  const seen = { digest, count: reading.tools.length };
  const up = { state: reading.state, since, era: reading.era };
  if (before?.tools === undefined) {
    return { standing: { ...up, tools: seen }, changes: true, tools: { kind: "first", at: now } };
  }
  if (before.tools.digest === digest) {
    const changes = before.state !== "up" || before.era !== reading.era || before.candidate !== undefined;
    return { standing: { ...up, tools: seen }, changes, tools: undefined };
  }
  if (before.candidate?.digest === digest) {
    return { standing: { ...up, tools: seen }, changes: true, tools: { kind: "changed", at: before.candidate.at } };
  }
  const standing = { ...up, tools: before.tools, candidate: { digest, at: now } };
  return { standing, changes: true, tools: undefined };
}
