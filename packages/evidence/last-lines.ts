import { type CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { names, type ServicePlan, type StagePlan } from "#fleet";

const wanted = 20;
/** Pages of a stream may be empty before its end: this many are read. */
const pages = 5;

/**
 * The last lines a task wrote, oldest first; empty if it never had a log.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export async function readLastLines(
  client: CloudWatchLogsClient,
  { stage }: StagePlan,
  { key }: ServicePlan,
  taskId: string,
): Promise<readonly string[]> {
  const stream = { logGroupName: names.logGroup(stage, key), logStreamName: `ecs/${key}/${taskId}`, limit: wanted };
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
