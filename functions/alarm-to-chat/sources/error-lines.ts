import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Source } from "#chat/card/enrichment.ts";
import { newestLines, type ReadPage } from "#chat/card/error-lines.ts";
import { names } from "#fleet/names.ts";
import { environment } from "../environment.ts";

const { stage } = environment().CHAT_SETTINGS;
/** Within what a message waits for. */
const budgetMs = 1_800;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html: any of these words. */
const filterPattern = "?ERROR ?Error ?error ?FATAL ?fatal ?Exception ?panic ?Traceback";

export const errorLines: Source = async ({ service, incident }) => {
  if (service === undefined) return {};
  const client = new CloudWatchLogsClient({});
  const deadline = Date.now() + budgetMs;
  const read: ReadPage = async (startTime, endTime, nextToken) => {
    const logGroupName = names.logGroup(stage, service);
    const command = new FilterLogEventsCommand({ logGroupName, startTime, endTime, filterPattern, nextToken });
    const { events = [], nextToken: next } = await client.send(command, {
      abortSignal: AbortSignal.timeout(Math.max(1, deadline - Date.now())),
    });
    const lines = events.flatMap(({ timestamp = 0, message = "" }) => {
      const text = message.trim();
      return text === "" ? [] : [{ at: timestamp, text }];
    });
    return { lines, nextToken: next };
  };
  const isOver = () => Date.now() >= deadline;
  // What runs out of time keeps what was found before.
  const patient: ReadPage = (...span) =>
    read(...span).catch((error: unknown) => {
      if (isOver()) return { lines: [], nextToken: undefined };
      throw error;
    });
  return { errorLines: await newestLines(incident.at, patient, isOver) };
};
