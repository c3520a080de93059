import type { BusEvent, Clock, EventBus } from "#endpoint/core/ports.ts";
import { describeTask } from "./description.ts";
import type { Service, ServiceEvents } from "./ecs-service.ts";
import type { Deployment, Task } from "./model.ts";

type Severity = "INFO" | "WARN" | "ERROR";

export function createServiceEvents(bus: EventBus, clock: Clock): ServiceEvents {
  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
  const deploymentEvent = (
    service: Service,
    deployment: Deployment,
    eventType: Severity,
    eventName: string,
    reason: string,
  ): BusEvent => ({
    source: "aws.ecs",
    detailType: "ECS Deployment State Change",
    resources: [service.identity.arn],
    detail: { eventType, eventName, deploymentId: deployment.id, updatedAt: iso(clock.now()), reason },
  });

  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html */
  const serviceAction = (service: Service, eventType: Severity, eventName: string): BusEvent => ({
    source: "aws.ecs",
    detailType: "ECS Service Action",
    resources: [service.identity.arn],
    detail: { eventType, eventName, clusterArn: service.identity.clusterArn, createdAt: iso(clock.now()) },
  });

  return {
    deploymentStarted(service, deployment) {
      const reason = deployment.rolloutStateReason;
      bus.put(deploymentEvent(service, deployment, "INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", reason));
    },
    deploymentCompleted(service, deployment) {
      service.messages.add(`(deployment ${deployment.id}) deployment completed.`);
      const reason = deployment.rolloutStateReason;
      bus.put(deploymentEvent(service, deployment, "INFO", "SERVICE_DEPLOYMENT_COMPLETED", reason));
    },
    deploymentFailed(service, deployment, cause) {
      const what = cause === "alarm" ? "alarm detected" : "tasks failed to start";
      service.messages.add(`(deployment ${deployment.id}) deployment failed: ${what}.`);
      const reason =
        cause === "alarm" ? deployment.rolloutStateReason : "ECS deployment circuit breaker: task failed to start.";
      bus.put(deploymentEvent(service, deployment, "ERROR", "SERVICE_DEPLOYMENT_FAILED", reason));
    },
    steady(service) {
      service.messages.add("has reached a steady state.");
      bus.put(serviceAction(service, "INFO", "SERVICE_STEADY_STATE"));
    },
    startsImpaired(service) {
      service.messages.add("is unable to consistently start tasks successfully.");
      bus.put(serviceAction(service, "WARN", "SERVICE_TASK_START_IMPAIRED"));
    },
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
export function taskStateChange(task: Task, now: number): BusEvent {
  return {
    source: "aws.ecs",
    detailType: "ECS Task State Change",
    resources: [task.arn],
    detail: { ...describeTask(task, iso), updatedAt: iso(now) },
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
