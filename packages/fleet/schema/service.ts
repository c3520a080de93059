import * as v from "valibot";
import { alarmNames } from "../definition.ts";
import { closed, expectation } from "../expectation.ts";
import { dnsLabel, variableName, whole } from "./field.ts";

const Alarm = v.union(
  [
    v.strictObject({
      threshold: v.pipe(v.number(), v.minValue(0), v.finite()),
      basis: v.optional(v.picklist(["placeholder", "chosen", "measured"])),
    }),
    v.strictObject({
      declined: v.pipe(
        v.string(),
        v.trim(),
        v.minLength(1, expectation("why the service goes without this alarm", "Say why, for the person on call.")),
      ),
    }),
  ],
  expectation(
    'a decision: { threshold: number, basis?: "placeholder" | "chosen" | "measured" } or { declined: "why not" }',
    "Set a threshold, or decline the alarm and say why.",
  ),
);
export const Alarms = v.pipe(
  v.record(
    v.picklist(
      alarmNames,
      expectation(`the alarms ${alarmNames.join(", ")}`, "Remove the alarm, or correct its spelling."),
    ),
    Alarm,
  ),
);

const Permission = closed({
  actions: v.array(v.string()),
  resources: v.array(v.string()),
  reason: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, expectation("why the service needs it", "Say which call in the service's code needs it.")),
  ),
});

export const Service = closed({
  host: dnsLabel,
  image: v.pipe(
    v.string(),
    v.regex(
      /^[^\s:@]+(:\d+)?(\/[^\s:@]+)*(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
      expectation(
        "an image with a tag or a digest, such as registry/mcp/slack:1.4.0 or registry/mcp/slack@sha256:…",
        "Add the tag or digest: without one, which version runs is anybody's guess.",
      ),
    ),
  ),
  port: whole(1, 65_535, "", "Use the port the container listens on."),
  cpu: v.number(),
  memory: v.number(),
  desiredCount: v.optional(whole(0, 5000, " tasks", "Use 0 to take the service offline.")),
  healthPath: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^\/\S{0,1023}$/,
        expectation("a path that begins with /, at most 1,024 characters", 'Put a / in front, as in "/health".'),
      ),
    ),
  ),
  healthCodes: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/,
        expectation("status codes such as 200 or 200-299,401", "Write them as a target group's matcher."),
      ),
    ),
  ),
  environment: v.optional(v.record(variableName, v.string())),
  secrets: v.optional(v.array(v.union([v.string(), closed({ secret: v.string(), keys: v.array(v.string()) })]))),
  sessions: v.optional(v.boolean()),
  audit: v.optional(closed({ source: v.string(), enabled: v.optional(v.boolean()) })),
  alarms: v.optional(Alarms),
  oauth: v.optional(
    v.union(
      [v.literal("owner"), v.literal("shared"), v.strictObject({ rulePriority: v.number() })],
      expectation('"owner", "shared" or { rulePriority: number }', 'Remove the field for the usual "shared".'),
    ),
  ),
  architecture: v.optional(v.picklist(["X86_64", "ARM64"])),
  stopTimeout: v.optional(whole(1, 120, " seconds", "Fargate waits at most 120 s.")),
  permissions: v.optional(v.array(Permission)),
  stages: v.optional(v.union([closed({ only: v.array(v.string()) }), closed({ except: v.array(v.string()) })])),
  shard: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  local: v.optional(
    closed({
      command: v.pipe(
        v.array(v.string()),
        v.minLength(1, expectation("a program and its arguments", "Name the program.")),
      ),
    }),
  ),
});
