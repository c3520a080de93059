import { describe, expect, it } from "vitest";
import type { DeploymentState, TaskState } from "#rotation/ports.ts";
import type { ServiceObservation } from "#rotation/settle/observation.ts";
import { standingOf } from "#rotation/settle/standing.ts";

const since = 1_000_000;
const [before, after] = [since - 60_000, since + 5_000];
const now = since + 120_000;

const deployment = (id: string, createdAt: number, state: DeploymentState["state"], image = "v1"): DeploymentState => ({
  id,
  createdAt,
  state,
  taskDefinition: image,
});
const task = (
  deploymentId: string,
  createdAt: number,
  state: TaskState["state"] = "running",
  image = "v1",
): TaskState => ({
  service: "one",
  deploymentId,
  taskDefinition: image,
  createdAt,
  state,
});
const service = (changes: Partial<ServiceObservation>): ServiceObservation => ({
  name: "one",
  desiredCount: 1,
  primary: deployment("old", before, "COMPLETED"),
  others: [],
  failures: [],
  rolledBackAt: undefined,
  changedAt: since,
  tasks: [task("old", before)],
  ...changes,
});
const failure = (deploymentId: string) => [{ deploymentId, at: now - 1 }];

describe("a consumer of a value that counts from a moment on", () => {
  it.each([
    ["stale", "whose tasks are older", {}],
    ["ready", "whose tasks were all replaced since by its old deployment", { tasks: [task("old", after)] }],
    [
      "rolling",
      "whose new deployment is under way",
      { primary: deployment("new", after, "IN_PROGRESS"), others: [deployment("old", before, "COMPLETED")] },
    ],
    [
      "draining",
      "whose old task has not ended",
      {
        primary: deployment("new", after, "COMPLETED"),
        tasks: [task("new", after), task("old", before, "stopping")],
      },
    ],
    [
      "deploying",
      "that somebody deploys another image to",
      {
        primary: deployment("theirs", before, "IN_PROGRESS", "v2"),
        others: [deployment("old", before, "COMPLETED")],
      },
    ],
    [
      "stale",
      "that was rolled before, and has not come to an end",
      { primary: deployment("roll", before, "IN_PROGRESS"), others: [deployment("old", before, "COMPLETED")] },
    ],
    [
      "stale",
      "of which nothing is left running, as a rollback failed before",
      { primary: deployment("back", before, "FAILED"), tasks: [task("back", before, "ended")] },
    ],
    [
      "stale",
      "whose old deployment has tasks that end by themselves since",
      { tasks: [task("old", after), task("old", after, "ended")] },
    ],
    ["stale", "whose old deployment is not at its full strength", { desiredCount: 2, tasks: [task("old", after)] }],
    [
      "ready",
      "whose new deployment replaced a task that ended",
      { primary: deployment("new", after, "COMPLETED"), tasks: [task("new", after), task("new", after, "ended")] },
    ],
    ["draining", "that is off, with a task that has not ended", { desiredCount: 0 }],
    ["ready", "that is off", { desiredCount: 0, tasks: [task("old", before, "ended")] }],
    [
      "stale",
      "whose deployment is complete and has no tasks",
      { primary: deployment("new", after, "COMPLETED"), tasks: [task("new", after, "ended")] },
    ],
    [
      "rolling",
      "whose deployment has just been completed, without tasks so far",
      { primary: deployment("new", now - 1_000, "COMPLETED"), tasks: [] },
    ],
  ] as const)("[ROT-11] is %s: one %s", (standing, _what, changes) => {
    expect(standingOf(service(changes), { since, now })).toBe(standing);
  });
});

describe("a deployment that failed", () => {
  it.each([
    ["failed", "a roll since, still listed", { others: [deployment("new", after, "FAILED")] }],
    [
      "failed",
      "a roll since, remembered by its task alone",
      { tasks: [task("old", before), task("new", after, "ended")] },
    ],
    [
      "failed",
      "a roll since, while ECS rolls back",
      { primary: deployment("old", before, "IN_PROGRESS"), others: [deployment("new", after, "FAILED")] },
    ],
    [
      "failed",
      "a roll since, without a rollback, of what worked",
      {
        primary: deployment("new", after, "FAILED"),
        tasks: [task("old", before, "ended"), task("new", after, "ended")],
      },
    ],
    ["stale", "one from before, late", { others: [deployment("new", before, "FAILED")] }],
    ["stale", "one with another image", { others: [deployment("new", after, "FAILED", "v2")] }],
    [
      "ready",
      "one with another image, after which all tasks are new ones",
      {
        primary: deployment("roll", after, "COMPLETED"),
        others: [deployment("new", after, "FAILED", "v2")],
        tasks: [task("roll", after)],
      },
    ],
    [
      "ready",
      "a first one, which nothing ran before",
      { primary: deployment("new", after, "FAILED", "v2"), tasks: [task("new", after, "ended", "v2")] },
    ],
    [
      "ready",
      "a second one in a row, which is no evidence that the first would have worked",
      {
        primary: deployment("new", after, "FAILED"),
        failures: [...failure("new"), ...failure("first")],
        tasks: [task("first", before, "ended"), task("new", after, "ended")],
      },
    ],
    [
      "failed",
      "a rollback to what was completed, once ECS shows no task of that any more",
      { primary: deployment("new", after, "FAILED"), rolledBackAt: after - 1_000, tasks: [] },
    ],
    [
      "broken",
      "one with another image at the moment it fails, long after a rollback",
      { primary: deployment("new", after, "FAILED", "v2"), rolledBackAt: before - 60_000 },
    ],
    [
      "stale",
      "one that began before another of its secrets changed",
      { changedAt: after + 1_000, others: [deployment("new", after, "FAILED")] },
    ],
    ["stale", "one that ECS no longer knows", {}],
  ] as const)("[ROT-11] counts as %s: %s", (standing, _what, changes) => {
    expect(standingOf(service({ failures: failure("new"), ...changes }), { since, now })).toBe(standing);
  });
});
