/**
 * Times that two parts of the fleet must agree on, in seconds: what is derived from one of them imports it. It has no
 * imports of its own, because the sidecar's image takes this file alone.
 */

/**
 * Without a byte for so long, the balancer closes a connection, unless the map says otherwise. An MCP event stream is
 * quiet between calls; AWS's default of 60 s would cut it every minute, and the longest, 4,000 s, would keep dead
 * clients' connections for an hour. What is behind the balancer must keep idle connections for longer, or a request
 * that crosses their end is answered with 502: see the sidecar's `listen.ts`.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 */
export const defaultIdleSeconds = 300;

/** Tells every task for how long the balancer keeps idle connections. */
export const idleVariable = "MCP_IDLE_TIMEOUT_SECONDS";

/** The balancer reports its metrics once a minute: the period of alarms, and of what `tune-alarms` measures for them. */
export const balancerReportSeconds = 60;

/** From SIGTERM to SIGKILL, for an entry without `stopTimeout`. */
export const defaultStopSeconds = 30;

/** How much of it the sidecar needs for the audit trail after the last request, in seconds. */
export const auditSeconds = 5;

/** How long requests in flight may finish after SIGTERM: what ECS leaves, but for the audit trail and some slack. */
export const drainSecondsOf = (stopSeconds: number): number => Math.max(1, stopSeconds - auditSeconds - 5);

/** The longest run of `alarm-to-chat`: its queue hides messages, and it claims a chat, for longer than that. */
export const chatRunSeconds = 60;

/** The longest pause between two attempts to reach a chat, unless the chat asks for more; their number follows from it. */
export const chatPauseSeconds = 15 * 60;
