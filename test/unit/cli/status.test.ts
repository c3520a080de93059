import { describe, expect, it } from "vitest";
import { showStatus } from "#cli/status/show.ts";
import { terminal } from "../../fixture/terminal.ts";
import { deployment, healthy, plan, task } from "./doctor/examination.ts";

const now = task.createdAt + 600_000;
const lines = (facts: object, tasks = false) =>
  showStatus(plan, [{ ...healthy, ...facts }], terminal.paint, { tasks, now });
const text = (...args: Parameters<typeof lines>) => lines(...args).join("\n");
const service = (changed: object) => ({ service: { ...healthy.service, ...changed } });

const rotated = (createdAt: number) => ({
  secrets: [{ ...healthy.secrets[0], versions: [{ id: "0123456789ab", labels: ["AWSCURRENT"], createdAt }] }],
});

describe("fleet status", () => {
  it("begins with the state of the fleet", () => {
    expect(lines({})[0]).toBe("prod  prod-mcp-cluster  us-east-1  all healthy");
    expect(lines({ targets: [{ id: "10.0.0.1:8000", state: "unhealthy", reason: undefined }] })[0]).toMatch(
      /1 of 1 needs attention$/,
    );
  });

  it.each([
    [
      "no service",
      { service: undefined, tasks: [], targets: [] },
      /none +no targets +not deployed +-\n[\s\S]*a deploy creates it/,
    ],
    [
      "a service at zero",
      { ...service({ desired: 0, running: 0 }), tasks: [], targets: [] },
      /offline +no targets +complete +-$/,
    ],
    [
      "tasks that do not stay",
      service({ running: 0 }),
      /0\/1[\s\S]*0 of 1 tasks run\.\n {2}→ fleet logs google_workspace --since 15m/,
    ],
    [
      "a target that fails its health check",
      {
        targets: [{ id: "10.0.0.1:8000", state: "unhealthy", reason: "Health checks failed with these codes: [502]" }],
      },
      /1 unhealthy[\s\S]*10\.0\.0\.1:8000 is unhealthy: Health checks failed with these codes: \[502\]/,
    ],
    [
      "a deployment that goes on",
      service({ running: 0, deployments: [{ ...deployment, state: "IN_PROGRESS", running: 0, failed: 2 }] }),
      /rolling 0\/1[\s\S]*In the current deployment, 2 tasks have failed so far/,
    ],
    [
      "a deployment that failed",
      service({ deployments: [{ ...deployment, state: "FAILED", reason: "tasks failed to start." }] }),
      /failed[\s\S]*A deployment failed: tasks failed to start\./,
    ],
    ["a task on a secret of before", rotated(now - 240_000), /complete +old since 4 min: splunk/],
  ])("shows %s", (_, facts, wanted) => {
    expect(text(facts)).toMatch(wanted);
    expect(Math.max(...lines(facts, true).map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it("shows with --tasks which version of a secret each task runs on", () => {
    expect(text(rotated(task.createdAt - 1), true)).toMatch(
      /^a +google_workspace +running +\S+ \w+ +splunk 01234567 current$/m,
    );
    expect(text(rotated(now - 240_000), true)).toMatch(/splunk old since 4 min$/m);
    expect(text({ tasks: [] }, true)).toContain("No tasks are running.");
  });

  it("says what to do if the map has no service for the stage", () => {
    expect(showStatus(plan, [], terminal.paint, { tasks: false, now })).toEqual([
      "Stage prod has no services. Add one under `services` in fleet.config.ts, then deploy.",
    ]);
  });
});
