import { basisOf } from "#fleet/threshold-basis.ts";
import { essenceOf } from "../text/essence.ts";
import { excerpt } from "../text/mask.ts";
import { alarmWords } from "./alarm-words.ts";
import type { Incident } from "./incident.ts";
import type { AlarmStory, ServiceActionStory, TaskStory } from "./story.ts";

/** What a chat says of a deployment that an alarm ended. */
export const rolledBack = "Rolled back, as an alarm rang on what was new";

/** As long as a reason in a headline gets: with what stands before it, a title has room for it. */
const reasonLength = 140;

/** What happened, in one line, for people who do not know CloudWatch. */
export function headlineOf({ story, phase }: Incident): string {
  switch (story.kind) {
    case "alarm":
      return `${excerpt(alarmWords(story, phase), 400)}${isPlaceholder(story) ? " (placeholder threshold)" : ""}`;
    case "deployment":
      if (phase !== "firing") return "Deployment completed";
      // The map lets none of its services stay on what an alarm ended.
      return story.reason?.includes("alarm detected") ? rolledBack : `Deployment failed${because(story.reason)}`;
    case "task":
      return taskWords(story);
    case "service-action":
      return phase === "firing" ? serviceActionWords(story) : "It has as many tasks as it should";
    case "rotation":
      return rotationWords(story.secret, story.outcome, story.reason);
    case "road-test":
      return "nothing is wrong";
    case "notice":
      return excerpt(story.title, 240);
  }
}

export function isPlaceholder({ description }: AlarmStory): boolean {
  return description !== undefined && basisOf(description) === "placeholder";
}

function taskWords(story: TaskStory): string {
  const { stopCode, reason, containers } = story;
  const reasons = [reason, ...containers.map((container) => container.reason)];
  if (reasons.some((text) => text?.includes("OutOfMemory"))) return `A task ran out of memory${exitWords(story)}`;
  const unhealthy = reasons.find((text) => /failed (?:\S+ ){0,3}health checks?/i.test(text ?? ""));
  if (unhealthy !== undefined)
    return `A task was killed: ${essenceOf(unhealthy.replace(/^Task failed/, "it failed"), reasonLength)}`;
  if (reasons.some((text) => /performing maintenance/i.test(text ?? ""))) {
    return "A task was stopped for maintenance of its host";
  }
  const what = {
    TaskFailedToStart: "A task failed to start",
    EssentialContainerExited: "A task stopped unexpectedly",
    SpotInterruption: "A task was reclaimed (Spot interruption)",
    TerminationNotice: "A task's host is being retired",
  }[stopCode];
  return `${what ?? `A task stopped (${stopCode})`}${exitWords(story) || because(containerReason(story) ?? reason)}`;
}

function containerReason({ containers }: TaskStory): string | undefined {
  return containers.find(({ reason }) => reason !== undefined)?.reason;
}

/** As shells count: 128 and the signal's number. */
const exits: Readonly<Record<number, string>> = {
  0: ", but a server has to keep running",
  126: ": its command cannot be run",
  127: ": a command was not found",
  137: ": it was killed",
  139: ": segmentation fault",
  143: ": it was asked to stop",
};

function exitWords({ containers }: TaskStory): string {
  const left = containers.flatMap(({ name, exitCode, reason }) => {
    if (exitCode === undefined) return [];
    const why = reason === undefined ? (exits[exitCode] ?? "") : `, ${essenceOf(reason, 160)}`;
    return [`${name} exited with code ${exitCode}${why}`];
  });
  return left.length === 0 ? "" : `: ${excerpt(left.join("; "), 400)}`;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html */
const actions: Readonly<Record<string, string>> = {
  SERVICE_TASK_START_IMPAIRED: "Its tasks keep failing to start",
  SERVICE_TASK_PLACEMENT_FAILURE: "A task could not be placed",
  SERVICE_TASK_CONFIGURATION_FAILURE: "A task could not be placed: its configuration is wrong",
  SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED: "A task no longer meets the placement constraints",
  SERVICE_DISCOVERY_INSTANCE_UNHEALTHY: "Service discovery has an unhealthy task",
  SERVICE_DISCOVERY_OPERATION_THROTTLED: "Service discovery is throttled",
  ECS_OPERATION_THROTTLED: "ECS is throttled",
};

function serviceActionWords({ action, reason }: ServiceActionStory): string {
  const what =
    actions[action] ??
    action
      .replace(/^SERVICE_/, "")
      .replaceAll("_", " ")
      .toLowerCase();
  const missing = /^RESOURCE:([\w.-]{1,60})$/.exec(reason ?? "")?.[1];
  if (missing === "FARGATE") return `${what}: Fargate has no capacity`;
  return `${what}${missing === undefined ? because(reason) : `: not enough ${missing.toLowerCase()}`}`;
}

function rotationWords(secret: string, outcome: string, reason: string | undefined): string {
  const what = {
    RotationSucceeded: "was rotated",
    RotationFailed: "could not be rotated",
    RotationAbandoned: "could not be rotated: the attempt was abandoned",
    TestRotationFailed: "could not be rotated: the new value failed its test",
  }[outcome];
  const said = what === undefined ? `: ${excerpt(outcome, 200)}` : ` ${what}`;
  return `Secret ${secret}${said}${reason !== undefined && outcome.includes(reason) ? "" : because(reason)}`;
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === "" ? "" : `: ${essenceOf(reason, reasonLength)}`;
}
