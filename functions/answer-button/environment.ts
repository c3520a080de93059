import * as v from "valibot";

const Environment = v.object({
  ALLOWED_USERS: v.pipe(v.string(), v.parseJson(), v.array(v.string())),
  SIGNING_SECRET_ARN: v.string(),
  SIGNING_SECRET_KEY: v.string(),
  /** What stands there until somebody has put the real one: the map shows it to everybody. */
  SIGNING_PLACEHOLDER: v.string(),
  INCIDENT_TABLE: v.string(),
  ALARM_QUEUE_URL: v.string(),
  /** Where answers may be posted: Slack, or on one machine the stand-in for it. */
  SLACK_HOOKS_URL: v.optional(v.string(), "https://hooks.slack.com"),
});

let known: v.InferOutput<typeof Environment> | undefined;

/** What `stacks/chat/door.ts` gives the function. */
export function environment(): v.InferOutput<typeof Environment> {
  known ??= v.parse(Environment, process.env);
  return known;
}
