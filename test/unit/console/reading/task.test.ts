import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { taskOf } from "#console/reading/task.ts";

const running: EcsTask = {
  taskArn: "arn:aws:ecs:us-east-1:573946584375:task/prod-mcp-cluster/0123456789abcdef0123456789abcdef",
  taskDefinitionArn: "arn:aws:ecs:us-east-1:573946584375:task-definition/prod-mcp-echo:7",
  startedBy: "ecs-svc/2",
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  createdAt: new Date(1000),
  containers: [{ networkInterfaces: [{ privateIpv4Address: "10.0.3.17" }] }],
};
const stopped: EcsTask = { ...running, lastStatus: "STOPPED", desiredStatus: "STOPPED", stoppedAt: new Date(2000) };

const read = (task: EcsTask, health: string | undefined = "healthy") =>
  taskOf(task, 8000, "ecs-svc/2", health === undefined ? undefined : new Map([["10.0.3.17:8000", health]]));

describe("a task, as the console sees it", () => {
  it("is found in its target group by its own address and the container's port", () => {
    expect(read(running)).toEqual({
      id: "0123456789abcdef0123456789abcdef",
      phase: "healthy",
      definition: "prod-mcp-echo:7",
      generation: "current",
      createdAt: 1000,
    });
  });

  it("is found by the port of its host where it shares one, as on the local endpoint", () => {
    const shared = { ...running, containers: [{ networkBindings: [{ bindIP: "127.0.0.1", hostPort: 34567 }] }] };
    expect(taskOf(shared, 8000, "ecs-svc/2", new Map([["127.0.0.1:34567", "unhealthy"]])).phase).toBe("unhealthy");
  });

  it.each([
    ["initial", "starting"],
    ["unused", "starting"],
    ["unhealthy", "unhealthy"],
    ["draining", "draining"],
    ["unhealthy.draining", "draining"],
  ])("that the balancer calls %s is %s", (health, phase) => {
    expect(read(running, health).phase).toBe(phase);
  });

  it.each([
    ["PENDING", "RUNNING", "starting"],
    ["DEACTIVATING", "STOPPED", "draining"],
    ["STOPPING", "STOPPED", "draining"],
    ["STOPPED", "STOPPED", "stopped"],
  ])("that ECS calls %s on its way to %s is %s", (lastStatus, desiredStatus, phase) => {
    expect(read({ ...running, lastStatus, desiredStatus }).phase).toBe(phase);
  });

  it("without a balancer is healthy as soon as it runs", () => {
    expect(read(running, undefined).phase).toBe("healthy");
  });

  it("of a deployment that is being replaced is superseded", () => {
    expect(read({ ...running, startedBy: "ecs-svc/1" }).generation).toBe("superseded");
  });

  it.each([
    ["ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/3)", "planned"],
    ["UserInitiated", "Task stopped by user", "planned"],
    ["ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn)", "failure"],
    ["EssentialContainerExited", "Essential container in task exited", "failure"],
    ["TaskFailedToStart", "CannotPullContainerError: no such image", "failure"],
  ] as const)("stopped by %s (%s) has a %3$s ending", (stopCode, stoppedReason, ending) => {
    expect(read({ ...stopped, stopCode, stoppedReason })).toMatchObject({
      ending,
      reason: stoppedReason,
      stoppedAt: 2000,
    });
  });
});
