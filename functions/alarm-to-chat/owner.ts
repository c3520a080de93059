import { ListTagsForResourceCommand } from "@aws-sdk/client-cloudwatch";
import { serviceLabel } from "#chat/parse/alarm.ts";
import { log } from "#lambda/log.ts";
import { cloudwatch } from "./cloudwatch.ts";

/** An alarm's beginning and its end belong to one conversation: what was read is kept as long as the function lives. */
const known = new Map<string, string | undefined>();
const mostKnown = 1_000;
const patienceMs = 1_500;

/** The key of the service that an alarm's tag names. */
export async function serviceOfTag(alarmArn: string): Promise<string | undefined> {
  if (known.has(alarmArn)) return known.get(alarmArn);
  try {
    const command = new ListTagsForResourceCommand({ ResourceARN: alarmArn });
    const { Tags } = await cloudwatch.send(command, { abortSignal: AbortSignal.timeout(patienceMs) });
    const service = Tags?.find(({ Key }) => Key === serviceLabel)?.Value?.replaceAll("-", "_");
    if (known.size < mostKnown) known.set(alarmArn, service);
    return service;
  } catch (error) {
    log({ level: "warn", message: "Tags not read", reason: error instanceof Error ? error.name : "unknown" });
    return undefined;
  }
}
