import { describe, expect, it } from "vitest";
import { causeOf, describeCause, healthFindingIn, remedyOf } from "#evidence/cause.ts";
import type { FailedTask } from "#evidence/failed-task.ts";
import { standingFailure } from "#evidence/standing.ts";
import { planStage } from "#fleet";
import fixture from "../../fixture/map.ts";

const plan = planStage(fixture, "prod");
const [service] = plan.services;
if (service === undefined) throw new Error("The map has a service.");

const task: FailedTask = {
  service: service.key,
  id: "0123456789abcdef",
  revision: 3,
  deployment: "ecs-svc/1",
  createdAt: 1,
  stoppedAt: 2,
  stopCode: "EssentialContainerExited",
  reason: "Essential container in task exited",
  exitCode: 1,
  container: "notes",
  containerReason: undefined,
};
const well = { desired: 1, running: 1, taskDefinition: "arn:family:3", rollout: "COMPLETED" };

describe("a failure", () => {
  it.each([
    ["of a service that is not there", undefined, "down"],
    ["of a rollout that failed", { ...well, running: 0, rollout: "FAILED" }, "down"],
    ["of a rollout under way of which nothing runs", { ...well, running: 0, rollout: "IN_PROGRESS" }, "down"],
    ["of a service whose tasks do not stay", { ...well, running: 0 }, "down"],
    ["of a newer version than the one that serves", { ...well, taskDefinition: "arn:family:2" }, "rolled-back"],
    ["that the service has got over", well, undefined],
    ["of a version before the one that serves", { ...well, taskDefinition: "arn:family:4" }, undefined],
  ])("[STR-3] %s stands, or does not", (_, standing, kind) => {
    expect(standingFailure(standing, [task])?.kind).toBe(kind);
    expect(standingFailure(standing, [])).toBeUndefined();
  });
});

describe("a cause", () => {
  const described = (fields: Partial<FailedTask>, checked?: string) =>
    describeCause(causeOf({ ...task, ...fields }, checked), service);
  const unhealthy = {
    stopCode: "ServiceSchedulerInitiated",
    reason: "Task failed ELB health checks in (target-group a)",
  };
  const notStarted = (reason: string) => ({ stopCode: "TaskFailedToStart", reason, exitCode: undefined });

  it.each([
    [{}, undefined, "exit code 1"],
    [{ exitCode: 0 }, undefined, "exit code 0: it ended by itself, but a server has to keep running"],
    [
      { exitCode: 137, containerReason: "OutOfMemoryError: Container killed due to memory usage" },
      undefined,
      "it ran out of memory (512 MiB)",
    ],
    [
      unhealthy,
      "Health checks failed with these codes: [500]",
      "health check failed: GET /health gave 500, expected 200",
    ],
    [unhealthy, "Request timed out", "health check failed: GET /health gave no answer in time"],
    [unhealthy, undefined, "health check failed: GET /health got no answer"],
    [
      notStarted(
        "ResourceInitializationError: unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key GOOGLE_OAUTH_CLIENT_ID",
      ),
      undefined,
      "the secret has no key GOOGLE_OAUTH_CLIENT_ID",
    ],
    [
      notStarted("CannotPullContainerError: pull image manifest has been retried 1 time(s)"),
      undefined,
      "CannotPullContainerError: pull image manifest has been retried 1 time(s)",
    ],
  ])("[STR-3] is described in few words: %j %j", (fields, checked, words) => {
    expect(described(fields, checked)).toBe(words);
  });

  it("[STR-3] names the secret to set, and the port to listen on", () => {
    const cause = causeOf({ ...task, ...notStarted("did not contain json key GOOGLE_OAUTH_CLIENT_ID") });
    expect(remedyOf(cause, service, plan)).toContain(
      "./fleet secrets set google-oauth GOOGLE_OAUTH_CLIENT_ID --stage prod",
    );
    expect(remedyOf(causeOf({ ...task, ...unhealthy }), service, plan)).toContain("port 8000 on 0.0.0.0");
  });

  it("[STR-3] is found in the service's events, where the task's own is there before another's", () => {
    const event = (id: string, code: number) => ({
      message: `(service a) (task ${id}) (port 8000) is unhealthy in (target-group b) due to (reason Health checks failed with these codes: [${code}]).`,
    });
    expect(healthFindingIn([event("another", 404), event(task.id, 500)], task)).toBe(
      "Health checks failed with these codes: [500]",
    );
    expect(healthFindingIn([], task)).toBeUndefined();
  });
});
