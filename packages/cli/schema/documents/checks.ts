import * as v from "valibot";
import { count, stage } from "./parts.ts";

export const auditCheck = v.object({
  stage,
  index: v.string(),
  marker: v.string(),
  search: v.string(),
  accepted: v.boolean(),
  found: v.pipe(v.nullable(v.boolean()), v.description("Null where Splunk cannot be searched.")),
  problem: v.nullable(v.string()),
});

export const doctor = v.object({
  stage,
  results: v.array(
    v.object({
      id: v.string(),
      verdict: v.picklist(["ok", "warning", "failure", "skipped"]),
      evidence: v.string(),
      remedy: v.optional(v.string()),
    }),
  ),
});

export const drill = v.object({
  stage,
  service: v.string(),
  passed: v.pipe(v.boolean(), v.description("The exit code is 0 if it is true, else 1.")),
  steps: v.array(
    v.object({
      step: v.string(),
      title: v.string(),
      verdict: v.picklist(["passed", "failed", "not possible", "not run"]),
      text: v.pipe(v.string(), v.description("What was seen, or why it was not.")),
      tookMs: count,
      people: v.object({ calls: count, failed: count, hurtMs: count }),
      left: v.pipe(v.array(v.string()), v.description("What is still to be put back, by hand.")),
    }),
  ),
});
