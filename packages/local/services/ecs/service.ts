import { randomUUID } from "node:crypto";
import type { Clock, TargetRegistry } from "#local/endpoint/ports.ts";
import type { Deployment, Rollout, ServiceSettings, Stop, Tag, Task } from "./model.ts";
import {
  complete,
  countFailure,
  countHealthy,
  deploy,
  fail,
  newDeployment,
  newRollout,
  removeDeployment,
  rollBack,
} from "./rollout.ts";
import { type Action, type ScheduledTask, schedule } from "./scheduler.ts";
import type { ServiceEvents } from "./service-events.ts";
import { conditionOf, nextChange } from "./task-condition.ts";

export interface ServiceMessage {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

export interface ServiceIdentity {
  readonly arn: string;
  readonly name: string;
  readonly clusterArn: string;
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface ServicePorts {
  readonly clock: Clock;
  readonly targets: TargetRegistry;
  readonly events: ServiceEvents;
  /** Creates a task and sets it going. */
  startTask(service: Service, deployment: Deployment): Task;
  stopTask(task: Task, stop: Stop): void;
}

/** ECS keeps the last hundred. */
const MAX_MESSAGES = 100;

/** A service's state, and the loop that carries out what the scheduler decides from it. */
export class Service {
  readonly identity: ServiceIdentity;
  status: "ACTIVE" | "DRAINING" | "INACTIVE" = "ACTIVE";
  rollout: Rollout;
  tags: readonly Tag[];
  /** Why the last task that failed did so. */
  lastFailure: string | undefined;
  readonly messages: ServiceMessage[] = [];
  readonly #io: ServicePorts;
  readonly #tasks = new Set<Task>();
  readonly #everHealthy = new WeakSet<Task>();
  readonly #failureCounted = new WeakSet<Task>();
  readonly #listeners = new Set<() => void>();
  #steady = false;
  #due = false;
  #alarm = new AbortController();

  constructor(identity: ServiceIdentity, settings: ServiceSettings, tags: readonly Tag[], io: ServicePorts) {
    this.identity = identity;
    this.tags = tags;
    this.#io = io;
    this.rollout = newRollout(settings, io.clock.now());
    this.#announce();
  }

  /** Its tasks that have not stopped. */
  get tasks(): readonly Task[] {
    return [...this.#tasks];
  }

  get steady(): boolean {
    return this.#steady;
  }

  /** A change that needs no new tasks, such as another desired count. */
  configure(settings: ServiceSettings): void {
    this.rollout = { ...this.rollout, settings };
    this.#steady = false;
    this.touch();
  }

  deploy(settings: ServiceSettings): void {
    const deployment = newDeployment(settings.taskDefinitionArn, this.#io.clock.now());
    this.rollout = deploy({ ...this.rollout, settings }, deployment);
    this.#announce();
  }

  drain(): void {
    this.status = "DRAINING";
    this.configure({ ...this.rollout.settings, desiredCount: 0 });
  }

  /** Something changed: decide again, once, after what is happening now. */
  touch(): void {
    if (this.#due || this.status === "INACTIVE") return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      this.#decide();
    });
  }

  taskChanged(task: Task): void {
    if (task.stop !== undefined) this.#noteStop(task, task.stop);
    if (task.lastStatus === "STOPPED") this.#tasks.delete(task);
    this.touch();
  }

  /** Calls back after every round of decisions; returns the unsubscribe function. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  say(message: string): void {
    this.messages.unshift({
      id: randomUUID(),
      createdAt: this.#io.clock.now(),
      message: `(service ${this.identity.name}) ${message}`,
    });
    this.messages.splice(MAX_MESSAGES);
  }

  /** No decisions any more: the endpoint is shutting down. */
  close(): void {
    this.status = "INACTIVE";
    this.#alarm.abort();
  }

  #announce(): void {
    this.#steady = false;
    this.#io.events.deploymentStarted(this, this.rollout.deployments[0]);
    this.touch();
  }

  #noteStop(task: Task, stop: Stop): void {
    const failedByItself = stop.code === "TaskFailedToStart" || stop.code === "EssentialContainerExited";
    if (failedByItself && !this.#everHealthy.has(task)) this.#countFailure(task);
  }

  #countFailure(task: Task): void {
    if (this.#failureCounted.has(task) || task.startedBy === undefined) return;
    this.#failureCounted.add(task);
    this.lastFailure = task.stop?.reason;
    this.rollout = countFailure(this.rollout, task.startedBy, this.#io.clock.now());
    if (this.rollout.startFailures === 3) this.#io.events.startsImpaired(this);
  }

  #decide(): void {
    const now = this.#io.clock.now();
    const tasks = this.#observe(now);
    if (this.status === "DRAINING" && tasks.length === 0) this.status = "INACTIVE";
    else {
      const actions = schedule(this.rollout, tasks, now);
      const steady = actions.some((action) => action.kind === "steady");
      for (const action of actions) this.#carryOut(action, now);
      if (!steady) this.#steady = false;
      this.#wakeAt(nextChange(this.tasks, this.rollout.settings, actions, now), now);
    }
    for (const listener of [...this.#listeners]) listener();
  }

  #observe(now: number): readonly ScheduledTask[] {
    return this.tasks.flatMap((task) => {
      const { startedBy } = task;
      if (startedBy === undefined) return [];
      const condition = conditionOf(task, this.rollout.settings, this.#io.targets, now);
      if (condition === "healthy" && !this.#everHealthy.has(task)) {
        this.#everHealthy.add(task);
        this.rollout = countHealthy(this.rollout, startedBy);
      }
      return [{ arn: task.arn, deploymentId: startedBy, condition }];
    });
  }

  #carryOut(action: Action, now: number): void {
    switch (action.kind) {
      case "start":
        for (let started = 0; started < action.count; started += 1)
          this.#tasks.add(this.#io.startTask(this, action.deployment));
        return;
      case "stop":
        this.#stop(action.taskArn, action.why);
        return;
      case "complete":
        if (this.status !== "ACTIVE") return;
        this.rollout = complete(this.rollout, now);
        this.#io.events.deploymentCompleted(this, this.rollout.deployments[0]);
        return;
      case "fail":
        this.rollout = fail(this.rollout, now);
        this.#io.events.deploymentFailed(this, this.rollout.deployments[0]);
        this.touch();
        return;
      case "roll-back":
        this.rollout = rollBack(this.rollout, action.to, now);
        this.say(`rolling back to deployment ${action.to.id}.`);
        this.#announce();
        return;
      case "remove-deployment":
        this.rollout = removeDeployment(this.rollout, action.id);
        this.touch();
        return;
      case "steady":
        if (this.#steady || this.status !== "ACTIVE") return;
        this.#steady = true;
        this.#io.events.steady(this);
        return;
      case "wait-until":
        return;
      default:
        action satisfies never;
    }
  }

  #stop(taskArn: string, why: "scaling" | "unhealthy"): void {
    const task = this.tasks.find(({ arn }) => arn === taskArn);
    if (task === undefined) return;
    const groups = task.loadBalancers.map(({ targetGroupArn }) => `(target-group ${targetGroupArn})`).join(", ");
    const reason =
      why === "unhealthy"
        ? `Task failed ELB health checks in ${groups}`
        : `Scaling activity initiated by (deployment ${task.startedBy})`;
    if (why === "unhealthy")
      this.say(`(task ${task.id}) is unhealthy in ${groups} due to (reason Health checks failed).`);
    else this.say(`has stopped 1 running tasks: (task ${task.id}).`);
    this.#io.stopTask(task, { code: "ServiceSchedulerInitiated", reason });
    if (why === "unhealthy") this.#countFailure(task);
  }

  #wakeAt(at: number | undefined, now: number): void {
    this.#alarm.abort();
    if (at === undefined) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    void this.#io.clock.sleep(Math.max(0, at - now), alarm.signal).then(() => {
      if (!alarm.signal.aborted) this.touch();
    });
  }
}
