import { randomInt, randomUUID } from "node:crypto";
import type { Deployment, FailureCause, ServiceSettings } from "./model.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html */
export type ServiceDeploymentStatus =
  | "IN_PROGRESS"
  | "SUCCESSFUL"
  | "STOPPED"
  | "ROLLBACK_IN_PROGRESS"
  | "ROLLBACK_SUCCESSFUL"
  | "ROLLBACK_FAILED";

/** What ECS resolved an image's name to when a deployment began. */
export interface ContainerImage {
  readonly containerName: string;
  readonly image: string;
  readonly imageDigest?: string;
}

export interface ServiceRevision {
  readonly arn: string;
  readonly taskDefinitionArn: string;
  readonly createdAt: number;
  readonly images: readonly ContainerImage[];
}

export interface ServiceDeployment {
  readonly arn: string;
  /** Of the deployment that `DescribeServices` shows. */
  readonly deploymentId: string;
  readonly target: ServiceRevision;
  readonly source: ServiceRevision | undefined;
  readonly settings: ServiceSettings;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly finishedAt?: number;
  readonly status: ServiceDeploymentStatus;
  readonly statusReason?: string;
  readonly triggeredAlarms: readonly string[];
  readonly failedTasks: number;
  readonly rollback?: { readonly reason: string; readonly startedAt: number; readonly revision: ServiceRevision };
}

/** ECS keeps those of 90 days. */
const most = 500;

/** Every deployment a service had, newest first. */
export class ServiceDeployments {
  readonly #arnPrefix: string;
  readonly #path: string;
  #all: readonly ServiceDeployment[] = [];

  /** @param path `<cluster>/<service>` */
  constructor(arnPrefix: string, path: string) {
    this.#arnPrefix = arnPrefix;
    this.#path = path;
  }

  get newestFirst(): readonly ServiceDeployment[] {
    return this.#all;
  }

  /** What another one still did ends with it. */
  begin({ id }: Deployment, settings: ServiceSettings, images: readonly ContainerImage[], now: number): void {
    const digits = Array.from({ length: 19 }, (_, at) => randomInt(at === 0 ? 1 : 0, 10)).join("");
    const target: ServiceRevision = {
      arn: `${this.#arnPrefix}:service-revision/${this.#path}/${digits}`,
      taskDefinitionArn: settings.taskDefinitionArn,
      createdAt: now,
      images,
    };
    const begun: ServiceDeployment = {
      arn: `${this.#arnPrefix}:service-deployment/${this.#path}/${randomUUID().replaceAll("-", "").slice(0, 21)}`,
      ...{ deploymentId: id, target, settings, createdAt: now, updatedAt: now },
      source: this.#serving(),
      status: "IN_PROGRESS",
      triggeredAlarms: [],
      failedTasks: 0,
    };
    const over = this.#all.map((one) =>
      one.status === "IN_PROGRESS" || one.status === "ROLLBACK_IN_PROGRESS"
        ? finished(one, "STOPPED", now, "Service deployment was replaced by a newer one.")
        : one,
    );
    this.#all = [begun, ...over].slice(0, most);
  }

  complete({ id, rollbackOf }: Deployment, now: number): void {
    if (rollbackOf === undefined) this.#change(id, (one) => finished(one, "SUCCESSFUL", now));
    else this.#change(rollbackOf, (one) => finished(one, "ROLLBACK_SUCCESSFUL", now));
  }

  fail({ id, rollbackOf, rolloutStateReason, triggeredAlarms, failedTasks }: Deployment, now: number): void {
    const status = rollbackOf === undefined ? "STOPPED" : "ROLLBACK_FAILED";
    this.#change(rollbackOf ?? id, (one) => ({
      ...finished(one, status, now, rolloutStateReason),
      ...{ triggeredAlarms, failedTasks },
    }));
  }

  rollBack({ rollbackOf = "" }: Deployment, to: string, cause: FailureCause, now: number): void {
    const revision = this.#all.find(({ deploymentId }) => deploymentId === to)?.target;
    if (revision === undefined) return;
    const reason =
      cause === "alarm"
        ? "Service deployment rolled back because of an alarm."
        : `Service deployment rolled back because the ${cause} was triggered.`;
    this.#change(rollbackOf, ({ finishedAt: _, ...one }) => ({
      ...one,
      ...{ status: "ROLLBACK_IN_PROGRESS", updatedAt: now, rollback: { reason, startedAt: now, revision } },
    }));
  }

  #serving(): ServiceRevision | undefined {
    const last = this.#all.find(({ status }) => status === "SUCCESSFUL" || status === "ROLLBACK_SUCCESSFUL");
    return last?.rollback?.revision ?? last?.target;
  }

  #change(deploymentId: string, change: (one: ServiceDeployment) => ServiceDeployment): void {
    this.#all = this.#all.map((one) => (one.deploymentId === deploymentId ? change(one) : one));
  }
}

function finished(
  one: ServiceDeployment,
  status: ServiceDeploymentStatus,
  now: number,
  statusReason?: string,
): ServiceDeployment {
  return { ...one, status, updatedAt: now, finishedAt: now, ...(statusReason === undefined ? {} : { statusReason }) };
}
