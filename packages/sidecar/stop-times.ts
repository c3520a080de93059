import { defaultStopSeconds } from "#fleet/timing.ts";

/** What is delivered of the audit trail after the last request, in seconds. */
export const auditSeconds = 5;

/** How long requests in flight may finish after SIGTERM: what ECS leaves, but for the audit trail and some slack. */
export const drainSeconds = defaultStopSeconds - auditSeconds - 5;
