import { describe, expect, it } from "vitest";
import { judge } from "#cli/redeploy/verdict.ts";
import {
  currentSince,
  type DeploymentFacts,
  runsOnOlder,
  type SecretFacts,
  type TaskFacts,
} from "#cli/status/facts.ts";

const version = (id: string, createdAt: number, ...labels: readonly string[]) => ({ id, createdAt, labels });
const secret = (facts: Partial<SecretFacts>): SecretFacts => ({
  key: "splunk",
  name: "/prod/mcp/splunk",
  versions: [],
  lastRotatedAt: undefined,
  lastChangedAt: undefined,
  ...facts,
});

describe("since when a version is current", () => {
  it("is its creation if somebody put it", () => {
    const versions = [version("b", 200, "AWSCURRENT"), version("a", 100, "AWSPREVIOUS")];
    expect(currentSince(secret({ versions, lastChangedAt: 900 }))).toBe(200);
  });

  it("is the end of the rotation that made it, which comes after its creation", () => {
    expect(currentSince(secret({ versions: [version("b", 200, "AWSCURRENT")], lastRotatedAt: 260 }))).toBe(260);
  });

  it("is the last change if the label went back to an older version", () => {
    const versions = [version("b", 200, "AWSPREVIOUS"), version("a", 100, "AWSCURRENT")];
    expect(currentSince(secret({ versions, lastRotatedAt: 210, lastChangedAt: 300 }))).toBe(300);
  });

  it("is unknown without a current version", () => {
    expect(currentSince(secret({ versions: [version("a", 100, "AWSPENDING")] }))).toBeUndefined();
  });
});

it("finds the tasks that read a secret before it changed", () => {
  const task = (createdAt: number): TaskFacts => ({
    arn: "arn",
    status: "RUNNING",
    taskDefinition: "one",
    deployment: "ecs-svc/1",
    createdAt,
    startedAt: createdAt,
    image: undefined,
    imageDigest: undefined,
  });
  const changed = secret({ versions: [version("b", 200, "AWSCURRENT")] });
  expect([task(199), task(201)].map((one) => runsOnOlder(one, changed))).toEqual([true, false]);
  // The same value again, put or rotated to: nothing rolls for it, and the planner settles it.
  const copy = secret({ versions: [version("b", 200, "AWSCURRENT", "settled")], lastRotatedAt: 210 });
  expect(runsOnOlder(task(199), copy)).toBe(false);
  // Put back by the planner, whose last note about it is younger than the tasks it has waited for.
  const restored = [version("b", 200, "AWSPREVIOUS"), version("a", 100, "AWSCURRENT", "settled")];
  expect(runsOnOlder(task(250), secret({ versions: restored, lastChangedAt: 300 }))).toBe(false);
});

describe("how a deployment ended", () => {
  const deployment = (id: string, state: string): DeploymentFacts => ({
    id,
    primary: true,
    taskDefinition: "one",
    desired: 1,
    running: 0,
    pending: 0,
    failed: 0,
    state,
    reason: "tasks failed to start.",
    createdAt: 0,
  });

  it("is unknown while it is under way", () => {
    expect(judge([deployment("1", "IN_PROGRESS")], "1")).toBeUndefined();
  });

  it("has ECS's reason if it failed", () => {
    expect(judge([deployment("2", "IN_PROGRESS"), deployment("1", "FAILED")], "1")).toEqual({
      kind: "failed",
      reason: "tasks failed to start.",
    });
  });

  it("is a failure if the rollback has removed it from the list", () => {
    expect(judge([deployment("2", "COMPLETED")], "1")).toMatchObject({ kind: "failed" });
  });
});
