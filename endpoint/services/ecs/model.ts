import type { ManagedProcess } from "#endpoint/core/ports.ts";
import type { Tag } from "./tag.ts";
import type { TaskDefinition } from "./task-definitions.ts";

/** The order in which a task goes through them. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export type StopCode = "TaskFailedToStart" | "EssentialContainerExited" | "UserInitiated" | "ServiceSchedulerInitiated";

export interface Stop {
  readonly code: StopCode;
  readonly reason: string;
}

export interface Container {
  readonly arn: string;
  readonly name: string;
  readonly image: string;
  readonly runtimeId: string;
  readonly essential: boolean;
  readonly containerPort?: number;
  /** The loopback port that stands for `containerPort`: tasks share one address here. */
  hostPort?: number;
  /** Which image its name meant when the task started, where the local registry knows. */
  imageDigest?: string;
  lastStatus: "PENDING" | "RUNNING" | "STOPPED";
  exitCode?: number;
  reason?: string;
  process?: ManagedProcess;
  /** What its process was started with; a command run inside the container gets the same. */
  environment?: Readonly<Record<string, string>>;
}

export interface LoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

export interface Task {
  readonly id: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly definition: TaskDefinition;
  readonly group: string;
  readonly startedBy?: string;
  readonly loadBalancers: readonly LoadBalancer[];
  readonly enableExecuteCommand: boolean;
  tags: readonly Tag[];
  readonly containers: readonly Container[];
  readonly createdAt: number;
  lastStatus: TaskStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  /** Counts the changes, so that events can be put in order. */
  version: number;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  stop?: Stop;
}

export type RolloutState = "IN_PROGRESS" | "COMPLETED" | "FAILED";

/** One rollout of a task definition. The first of a service's deployments is PRIMARY, the others are ACTIVE. */
export interface Deployment {
  readonly id: string;
  readonly taskDefinitionArn: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly rolloutState: RolloutState;
  readonly rolloutStateReason: string;
  /** Consecutive tasks that failed to start or to become healthy; zero again when one becomes healthy. */
  readonly failedTasks: number;
  /** The deployment that this one rolls back. */
  readonly rollbackOf?: string;
  /** The alarms that end it. Where one of them rang when it began, it is not watched. */
  readonly watchedAlarms: readonly string[];
  /** The alarms that ended it. */
  readonly triggeredAlarms: readonly string[];
  /** Since when its tasks alone serve, while its alarms are still watched. */
  readonly bakingSince?: number;
}

export interface CircuitBreaker {
  readonly enable: boolean;
  readonly rollback: boolean;
  /** Whether a task that becomes healthy sets the count of failures to zero. */
  readonly resetOnHealthyTask: boolean;
  readonly thresholdConfiguration: {
    readonly type: "BOUNDED_PERCENT" | "UNBOUNDED_PERCENT" | "COUNT";
    readonly value: number;
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html */
export interface DeploymentAlarms {
  readonly alarmNames: readonly string[];
  readonly enable: boolean;
  readonly rollback: boolean;
}

/** What ends a deployment. */
export type FailureCause = "circuit breaker" | "alarm";

export interface ServiceSettings {
  readonly taskDefinitionArn: string;
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: CircuitBreaker;
  readonly alarms: DeploymentAlarms;
  readonly healthCheckGracePeriodSeconds: number;
  readonly loadBalancers: readonly LoadBalancer[];
  readonly enableExecuteCommand: boolean;
  /** Kept and answered as given; nothing local depends on it. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What the scheduler knows about a service. */
export interface Rollout {
  readonly settings: ServiceSettings;
  readonly deployments: readonly [Deployment, ...Deployment[]];
  /** The task definition to return to when a rollout fails. */
  readonly lastCompleted?: Deployment;
  /** Tasks in a row that did not last; the delay before the next start grows with them. */
  readonly startFailures: number;
  /** Milliseconds since the epoch before which no task is started. */
  readonly startNotBefore: number;
}
