import * as v from "valibot";
import { ChatSettings } from "#chat/settings.ts";

const Environment = v.object({
  CHAT_SETTINGS: v.pipe(v.string(), v.parseJson(), ChatSettings),
  CHAT_SECRET_ARN: v.string(),
  INCIDENT_TABLE: v.string(),
  ALARM_QUEUE_URL: v.string(),
});

/** What `stacks/chat.ts` gives the function. */
export const environment = v.parse(Environment, process.env);
