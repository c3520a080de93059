import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import * as v from "valibot";
import { severities } from "#fleet/definition.ts";
import type { GroupRecord } from "./record.ts";

const Stored = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    version: v.number(),
    thread: v.optional(v.object({ reference: v.optional(v.string()), openedAt: v.number(), shared: v.boolean() })),
    entries: v.record(
      v.string(),
      v.object({
        change: v.string(),
        phase: v.picklist(["firing", "no-data", "resolved", "notice"]),
        severity: v.picklist(severities),
        since: v.number(),
        at: v.number(),
        told: v.boolean(),
        headline: v.string(),
      }),
    ),
    lastSentAt: v.number(),
    tally: v.optional(v.object({ since: v.number(), firing: v.number(), recovered: v.number(), other: v.number() })),
  }),
);

/** A record as an item of the incident table holds it. Throws if the item holds none. */
export function recordOf(item: Readonly<Record<string, AttributeValue>>): GroupRecord {
  const { thread, tally, ...rest } = v.parse(Stored, item.record?.S);
  return {
    ...rest,
    thread: thread && { ...thread, reference: thread.reference },
    ...(tally !== undefined && { tally }),
  };
}
