import * as v from "valibot";
import { Watch } from "./watch.ts";

const optionalText = v.optional(v.string());

export const AlarmStory = v.object({
  kind: v.literal("alarm"),
  name: v.string(),
  arn: v.string(),
  region: v.string(),
  account: v.string(),
  description: optionalText,
  reason: optionalText,
  previous: v.optional(v.object({ value: v.string(), since: v.optional(v.number()) })),
  watch: Watch,
  /** The values that caused the change, oldest first. */
  readings: v.array(v.number()),
  /** For an alarm with contributors: which one, by its attributes. */
  contributor: optionalText,
});
export type AlarmStory = Readonly<v.InferOutput<typeof AlarmStory>>;

export const DeploymentStory = v.object({
  kind: v.literal("deployment"),
  serviceArn: v.string(),
  deployment: v.string(),
  reason: optionalText,
});

export const TaskStory = v.object({
  kind: v.literal("task"),
  taskArn: v.string(),
  /** As ECS names it, without its cluster; empty for a task that belongs to none. */
  serviceName: v.string(),
  stopCode: v.string(),
  reason: optionalText,
  containers: v.array(
    v.object({
      name: v.string(),
      exitCode: v.optional(v.number()),
      /** In ECS's words, such as `OutOfMemoryError: Container killed due to memory usage`. */
      reason: optionalText,
    }),
  ),
});
export type TaskStory = Readonly<v.InferOutput<typeof TaskStory>>;

/** What keeps ECS from running as many tasks of a service as it should. */
export const ServiceActionStory = v.object({
  kind: v.literal("service-action"),
  serviceArn: v.string(),
  /** `SERVICE_TASK_PLACEMENT_FAILURE` and the like. */
  action: v.string(),
  reason: optionalText,
});
export type ServiceActionStory = Readonly<v.InferOutput<typeof ServiceActionStory>>;

export const RotationStory = v.object({
  kind: v.literal("rotation"),
  secret: v.string(),
  /** `RotationSucceeded`, `RotationFailed`, or the title of the fleet's own notice. */
  outcome: v.string(),
  reason: optionalText,
});

/** Nothing is wrong: somebody is testing whether alarms arrive. */
export const RoadTestStory = v.object({ kind: v.literal("road-test"), alarm: v.string() });
export type RoadTestStory = Readonly<v.InferOutput<typeof RoadTestStory>>;

/** What another service of AWS, the fleet, or anybody at all has to say. */
export const NoticeStory = v.object({
  kind: v.literal("notice"),
  /** Whether the fleet says it itself; the kind of notice then. */
  fleet: optionalText,
  title: v.string(),
  facts: v.array(v.object({ name: v.string(), value: v.string() })),
  /** Its own text; as it came, where nobody could read it. */
  text: v.string(),
});
export type NoticeStory = Readonly<v.InferOutput<typeof NoticeStory>>;

export const Story = v.variant("kind", [
  AlarmStory,
  DeploymentStory,
  TaskStory,
  ServiceActionStory,
  RotationStory,
  RoadTestStory,
  NoticeStory,
]);
export type Story = Readonly<v.InferOutput<typeof Story>>;
