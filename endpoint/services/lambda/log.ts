import type { Authorizer, LogGroupSink, Place } from "#endpoint/core/ports.ts";
import { logGroupOf } from "./environment.ts";
import type { FunctionVersion } from "./functions.ts";

interface LogPorts {
  readonly place: Place;
  readonly logs: LogGroupSink;
  readonly authorizer: Authorizer;
}

/**
 * A group that is missing is made, if the function's role may: the last lines of one that is gone with its stack would
 * bring it back otherwise. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
export function writeLog(
  { place, logs, authorizer }: LogPorts,
  version: FunctionVersion,
  stream: string,
  lines: readonly string[],
): void {
  const group = logGroupOf(version);
  if (!logs.hasGroup(group)) {
    const { configuration, functionName } = version;
    const decision = authorizer.decide({
      principal: { roleArn: configuration.Role, sessionName: functionName, arn: configuration.Role },
      action: "logs:CreateLogGroup",
      resource: `arn:aws:logs:${place.region}:${place.account}:log-group:${group}`,
      conditionKeys: {},
    });
    if (decision !== "allowed") return;
  }
  logs.write(group, stream, lines);
}
