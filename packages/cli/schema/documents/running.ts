import * as v from "valibot";
import { share, stage, time } from "./parts.ts";

export const log = v.object({
  time,
  service: v.string(),
  task: v.string(),
  level: v.nullable(v.picklist(["debug", "info", "warn", "error"])),
  message: v.pipe(v.string(), v.description("The line as the task wrote it.")),
});

export const events = v.object({
  stage,
  events: v.array(v.object({ at: time, service: v.string(), text: v.string() })),
});

export const top = v.object({
  stage,
  services: v.array(
    v.object({
      service: v.string(),
      requestsPerMinute: v.nullable(v.number()),
      failedShare: v.nullable(share),
      p95Ms: v.nullable(v.number()),
      cpuPercent: v.nullable(v.number()),
      memoryPercent: v.nullable(v.number()),
    }),
  ),
});
