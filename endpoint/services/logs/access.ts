import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { LogsEngine } from "./engine.ts";

const inputSchema = v.object({
  logGroupName: v.optional(v.string()),
  logGroupIdentifier: v.optional(v.string()),
  logStreamName: v.optional(v.string(), ""),
  resourceArn: v.optional(v.string()),
});

export function accessOf(engine: LogsEngine): CallAccess {
  return { resourceOf: (_operation, input) => resourceOf(engine, input) };
}

/**
 * The ARN a call acts on. A call on a group names an empty stream in it, so policies end in `:*`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
function resourceOf({ place }: LogsEngine, input: unknown): string | undefined {
  const parsed = v.safeParse(inputSchema, input);
  if (!parsed.success) return undefined;
  const { logGroupName, logGroupIdentifier, logStreamName, resourceArn } = parsed.output;
  const group = logGroupName ?? logGroupIdentifier;
  if (group === undefined) return resourceArn;
  const arn = group.startsWith("arn:")
    ? group.replace(/:\*$/, "")
    : `arn:aws:logs:${place.region}:${place.account}:log-group:${group}`;
  return `${arn}:log-stream:${logStreamName}`;
}
