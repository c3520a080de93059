import type { TargetRegistry } from "#endpoint/core/ports.ts";
import type { Stop, Task } from "./model.ts";
import { targetsOf } from "./tasks.ts";

/** Why the scheduler stops a task, in the words of ECS, and the service message that goes with it. */
export function schedulerStop(
  task: Task,
  why: "scaling" | "unhealthy",
  targets: Pick<TargetRegistry, "healthDescription">,
): { readonly stop: Stop; readonly message: string } {
  switch (why) {
    case "scaling": {
      const reason = `Scaling activity initiated by (deployment ${task.startedBy})`;
      return { stop: by(reason), message: `has stopped 1 running tasks: (task ${task.id}).` };
    }
    case "unhealthy": {
      const groups = task.loadBalancers.map(({ targetGroupArn }) => `(target-group ${targetGroupArn})`).join(", ");
      const found = targetsOf(task).flatMap(([group, target]) => targets.healthDescription(group, target) ?? []);
      const message = `(task ${task.id}) is unhealthy in ${groups} due to (reason ${found[0] ?? "Health checks failed"}).`;
      return { stop: by(`Task failed ELB health checks in ${groups}`), message };
    }
  }
}

function by(reason: string): Stop {
  return { code: "ServiceSchedulerInitiated", reason };
}
