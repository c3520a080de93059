import { gunzipSync, gzipSync } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import * as v from "valibot";
import { severities } from "#fleet/definition.ts";
import { Incident } from "../incident/incident.ts";
import type { Content, GroupRecord } from "./record.ts";

const Evidence = v.object({
  facts: v.array(v.object({ name: v.string(), value: v.string() })),
  chart: v.optional(v.object({ label: v.string(), line: v.string() })),
  log: v.array(v.string()),
  links: v.array(v.object({ label: v.string(), url: v.string() })),
  runbook: v.optional(v.string()),
});

const Thread = v.object({
  reference: v.optional(v.string()),
  openedAt: v.number(),
  shared: v.boolean(),
  // What was stored by another version of the fleet may lack it, or have another shape.
  evidence: v.fallback(v.optional(Evidence), undefined),
});

const Holder = v.object({ by: v.string(), at: v.number(), silentUntil: v.optional(v.number()) });

const Row = v.object({
  group: v.string(),
  state: v.picklist(["down", "critical", "warning", "recovered"]),
  text: v.string(),
});

const StoredContent = v.object({
  thread: v.optional(Thread),
  last: v.fallback(v.optional(Thread), undefined),
  reminders: v.optional(v.number()),
  entries: v.record(
    v.string(),
    v.object({
      change: v.string(),
      phase: v.picklist(["firing", "no-data", "flapping", "resolved", "notice"]),
      severity: v.picklist(severities),
      since: v.number(),
      at: v.number(),
      told: v.boolean(),
      headline: v.string(),
      times: v.optional(v.number()),
      ending: v.optional(v.string()),
      holder: v.fallback(v.optional(Holder), undefined),
      incident: v.fallback(v.optional(Incident), undefined),
    }),
  ),
  lastSentAt: v.number(),
  tally: v.optional(
    v.object({
      since: v.number(),
      firing: v.number(),
      recovered: v.number(),
      other: v.number(),
      rows: v.fallback(v.array(Row), []),
    }),
  ),
  said: v.optional(v.array(v.string())),
});

const Stored = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    ...StoredContent.entries,
    version: v.number(),
    intent: v.optional(
      v.object({ id: v.string(), tries: v.number(), message: v.optional(v.string()), next: StoredContent }),
    ),
  }),
);

/** Longer than this, a record is compressed: an item has 400 KB at most, and is paid by the kilobyte. */
const plainLength = 20_000;

/** The attribute of an item that holds a record. */
export function storedRecord(record: GroupRecord): AttributeValue {
  const text = JSON.stringify(record);
  return text.length <= plainLength ? { S: text } : { B: gzipSync(text) };
}

/** A record as an item of the incident table holds it. Throws if the item holds none. */
export function recordOf({ record }: Readonly<Record<string, AttributeValue>>): GroupRecord {
  const text = record?.B === undefined ? record?.S : gunzipSync(record.B).toString();
  const { version, intent, ...content } = v.parse(Stored, text);
  return {
    version,
    ...contentOf(content),
    ...(intent !== undefined && { intent: { ...intent, next: contentOf(intent.next) } }),
  };
}

function contentOf({ thread, last, reminders, tally, said, ...rest }: v.InferOutput<typeof StoredContent>): Content {
  return {
    ...rest,
    thread: thread && threadOf(thread),
    ...(last !== undefined && { last: threadOf(last) }),
    ...(reminders !== undefined && { reminders }),
    ...(tally !== undefined && { tally }),
    ...(said !== undefined && { said }),
  };
}

function threadOf({ reference, evidence, ...thread }: v.InferOutput<typeof Thread>): GroupRecord["thread"] {
  return {
    ...thread,
    reference,
    evidence: evidence && { ...evidence, chart: evidence.chart, runbook: evidence.runbook },
  };
}
