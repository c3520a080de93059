import * as v from "valibot";
import { alarm } from "./alarms.ts";
import { count, stage, time } from "./parts.ts";

const deployment = v.object({
  id: v.string(),
  primary: v.boolean(),
  taskDefinition: v.string(),
  desired: count,
  running: count,
  pending: count,
  failed: count,
  state: v.picklist(["COMPLETED", "FAILED", "IN_PROGRESS"]),
  reason: v.string(),
  createdAt: v.nullable(time),
});

const service = v.object({
  key: v.string(),
  url: v.pipe(v.string(), v.url()),
  deployed: v.boolean(),
  desired: count,
  running: count,
  pending: count,
  deployments: v.array(deployment),
  targets: v.pipe(
    v.nullable(v.array(v.object({ id: v.string(), state: v.string(), reason: v.optional(v.string()) }))),
    v.description("Null where the balancer was not asked: of more than forty services, those in doubt are."),
  ),
  probe: v.pipe(
    v.nullable(
      v.object({
        state: v.picklist(["up", "login", "down"]),
        since: v.nullable(time),
        reason: v.nullable(v.string()),
        tools: v.nullable(count),
      }),
    ),
    v.description("What an MCP client met. Null where it was not asked."),
  ),
  failure: v.nullable(
    v.object({
      kind: v.string(),
      cause: v.string(),
      exitCode: v.nullable(v.number()),
      reason: v.string(),
      task: v.pipe(v.nullable(v.string()), v.description("Null where an alarm ended the release.")),
      at: time,
    }),
  ),
  tasks: v.array(
    v.object({
      arn: v.string(),
      status: v.string(),
      taskDefinition: v.string(),
      deployment: v.optional(v.string()),
      image: v.optional(v.string()),
      imageDigest: v.optional(v.string()),
      createdAt: v.nullable(time),
      startedAt: v.nullable(time),
      olderSecrets: v.array(v.string()),
    }),
  ),
  secrets: v.array(
    v.object({
      key: v.string(),
      name: v.string(),
      currentVersion: v.nullable(v.string()),
      currentSince: v.nullable(time),
    }),
  ),
});

export const status = v.object({
  stage,
  region: v.string(),
  well: v.pipe(v.boolean(), v.description("The exit code is 0 if it is true, else 1.")),
  troubles: v.array(
    v.object({ severity: v.picklist(["down", "failing", "overdue"]), subject: v.string(), lines: v.array(v.string()) }),
  ),
  ringing: v.array(alarm),
  mutes: v.array(
    v.object({
      target: v.string(),
      reason: v.string(),
      by: v.string(),
      since: v.nullable(time),
      until: v.nullable(time),
    }),
  ),
  probe: v.pipe(v.nullable(v.object({ lastRound: v.nullable(time) })), v.description("Null where nobody probes.")),
  services: v.array(service),
});
