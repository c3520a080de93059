import * as v from "valibot";
import { count, time } from "./parts.ts";

export const history = v.array(
  v.object({ at: time, kind: v.picklist(["release", "roll", "secret", "scaling", "alarm", "task"]), text: v.string() }),
);

export const rollback = v.array(
  v.object({
    revision: count,
    runs: v.pipe(v.boolean(), v.description("Whether the service runs on it now.")),
    kind: v.picklist(["release", "roll"]),
    at: v.nullable(time),
    finishedAt: v.nullable(time),
    status: v.string(),
    alarms: v.pipe(v.array(v.string()), v.description("Those that ended it.")),
    taskDefinition: v.string(),
    image: v.nullable(v.string()),
    digest: v.nullable(v.string()),
    by: v.nullable(v.string()),
    reason: v.nullable(v.string()),
  }),
);
