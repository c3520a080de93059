import * as v from "valibot";

/** A task's life as a person follows it. `healthy` and `unhealthy` are the balancer's verdict, the rest is ECS's. */
export const taskPhase = v.picklist(["starting", "healthy", "unhealthy", "draining", "stopped"]);
export type TaskPhase = v.InferOutput<typeof taskPhase>;

export const task = v.object({
  /** ECS's id, 32 hexadecimal digits. */
  id: v.string(),
  phase: taskPhase,
  /** `<family>:<revision>` */
  definition: v.string(),
  /** `superseded` tasks belong to a deployment that another replaces. */
  generation: v.picklist(["current", "superseded"]),
  /** Milliseconds since the epoch, as all times here. */
  createdAt: v.number(),
  stoppedAt: v.optional(v.number()),
  /** `planned` by a rollout, a scaling or a person; anything else that ends a task is a `failure`. */
  ending: v.optional(v.picklist(["planned", "failure"])),
  reason: v.optional(v.string()),
  /** Of its process, where tasks run on this machine. */
  pid: v.optional(v.number()),
});
export type Task = v.InferOutput<typeof task>;

export const deployment = v.object({
  id: v.string(),
  primary: v.boolean(),
  state: v.picklist(["in-progress", "rolling-back", "completed", "failed"]),
  reason: v.string(),
  definition: v.string(),
  failedTasks: v.number(),
  createdAt: v.number(),
});
export type Deployment = v.InferOutput<typeof deployment>;

export const service = v.object({
  /** Its key in the map. */
  key: v.string(),
  url: v.string(),
  hostname: v.string(),
  /** What Splunk has its audit events under; absent without an audit trail. */
  auditSource: v.optional(v.string()),
  /** `absent`: not deployed, or removed. */
  status: v.picklist(["active", "draining", "absent"]),
  desired: v.number(),
  running: v.number(),
  healthy: v.number(),
  deployments: v.array(deployment),
  /** Why its last deployment failed, in plain words; absent if it did not. */
  failure: v.optional(v.string()),
  /** What the last probe met that lets no MCP client through; absent where one got through, or there is no probe. */
  unreachable: v.optional(v.string()),
  /** Newest first. */
  tasks: v.array(task),
});
export type Service = v.InferOutput<typeof service>;
