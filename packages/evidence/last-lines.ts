import { type CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import type { FailedTask } from "./failed-task.ts";

const wanted = 20;
/** Pages of a stream may be empty before its end: this many are read. */
const pages = 5;

/**
 * The last lines a task's container wrote, oldest first; empty if it never had a log.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export async function readLastLines(
  client: CloudWatchLogsClient,
  { stage }: StagePlan,
  { key }: ServicePlan,
  { id, container }: Pick<FailedTask, "id" | "container">,
): Promise<readonly string[]> {
  const stream = { logGroupName: names.logGroup(stage, key), logStreamName: `ecs/${container}/${id}`, limit: wanted };
  let lines: readonly string[] = [];
  let nextToken: string | undefined;
  try {
    for (let page = 0; page < pages && lines.length < wanted; page++) {
      const answer = await client.send(new GetLogEventsCommand({ ...stream, ...(nextToken && { nextToken }) }));
      lines = [...(answer.events ?? []).map(({ message = "" }) => message), ...lines];
      if (answer.nextBackwardToken === nextToken) break;
      nextToken = answer.nextBackwardToken;
    }
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return lines;
    throw error;
  }
  return lines.flatMap((line) => line.split("\n")).slice(-wanted);
}
