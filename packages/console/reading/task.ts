import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import type { Task, TaskPhase } from "../model/service.ts";
import type { TargetHealth } from "./target-health.ts";

/**
 * @param port the container's, where each task has an address of its own
 * @param primary id of the deployment that the service goes to
 * @param health undefined for a service without a balancer
 */
export function taskOf(
  task: EcsTask,
  port: number,
  primary: string | undefined,
  health: TargetHealth | undefined,
): Task {
  const { taskArn = "", taskDefinitionArn = "", createdAt, stoppedAt, stoppedReason: reason, startedBy } = task;
  const target = addressOf(task, port);
  return {
    id: lastPart(taskArn),
    phase: phaseOf(task, health === undefined ? "healthy" : health.get(target ?? "")),
    definition: lastPart(taskDefinitionArn),
    generation: startedBy === primary ? "current" : "superseded",
    createdAt: createdAt?.getTime() ?? 0,
    ...(stoppedAt === undefined ? {} : { stoppedAt: stoppedAt.getTime() }),
    ...(reason === undefined ? {} : { reason, ending: isPlanned(task) ? "planned" : "failure" }),
  };
}

const lastPart = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

/** A task that shares its host's address, as on the local endpoint, has a port there. */
function addressOf({ containers = [] }: EcsTask, port: number): string | undefined {
  const [binding] = containers.flatMap(({ networkBindings = [] }) => networkBindings);
  if (binding?.hostPort !== undefined) return `${binding.bindIP}:${binding.hostPort}`;
  const [network] = containers.flatMap(({ networkInterfaces = [] }) => networkInterfaces);
  return network?.privateIpv4Address === undefined ? undefined : `${network.privateIpv4Address}:${port}`;
}

/** The scheduler also stops what fails its health checks: only the reason distinguishes that from scaling. */
function isPlanned({ stopCode, stoppedReason = "" }: EcsTask): boolean {
  if (stopCode === "UserInitiated") return true;
  return stopCode === "ServiceSchedulerInitiated" && stoppedReason.startsWith("Scaling activity");
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
function phaseOf({ lastStatus, desiredStatus }: EcsTask, health: string | undefined): TaskPhase {
  if (lastStatus === "STOPPED") return "stopped";
  if (desiredStatus === "STOPPED") return "draining";
  if (lastStatus !== "RUNNING") return "starting";
  switch (health) {
    case "healthy":
    case "unhealthy":
    case "draining":
      return health;
    case "unhealthy.draining":
      return "draining";
    default:
      return "starting";
  }
}
