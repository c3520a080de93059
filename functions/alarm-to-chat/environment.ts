import * as v from "valibot";
import { ChatSettings } from "#chat/settings.ts";

const Environment = v.object({
  CHAT_SETTINGS: v.pipe(v.string(), v.parseJson(), ChatSettings),
  CHAT_SECRET_ARN: v.string(),
  INCIDENT_TABLE: v.string(),
  ALARM_QUEUE_URL: v.string(),
});

let known: v.InferOutput<typeof Environment> | undefined;

/** What `stacks/chat/chat.ts` gives the function; read at the first event, so that a mistake in it fails that event. */
export function environment(): v.InferOutput<typeof Environment> {
  known ??= v.parse(Environment, process.env);
  return known;
}
