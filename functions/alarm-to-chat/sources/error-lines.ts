import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Source } from "#chat/card/enrichment.ts";
import { names } from "#fleet/names.ts";
import { environment } from "../environment.ts";

const { stage } = environment().CHAT_SETTINGS;
/** How long before the problem its cause may have been logged. */
const lookBackMs = 10 * 60_000;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html: any of these words. */
const filterPattern = "?ERROR ?Error ?error ?FATAL ?fatal ?Exception ?panic ?Traceback";

export const errorLines: Source = async ({ service, incident }) => {
  if (service === undefined) return {};
  const { events = [] } = await new CloudWatchLogsClient({}).send(
    new FilterLogEventsCommand({
      logGroupName: names.logGroup(stage, service),
      startTime: incident.at - lookBackMs,
      filterPattern,
      limit: 100,
    }),
  );
  return { errorLines: events.slice(-6).flatMap(({ message }) => message?.trim() || []) };
};
