import type { AlarmStates, Clock, TargetRegistry } from "#endpoint/core/ports.ts";
import type { Deployment, FailureCause, Rollout, ServiceSettings, Stop, Task } from "./model.ts";
import {
  bake,
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
import { type Action, type AlarmVerdict, type ScheduledTask, schedule } from "./scheduler.ts";
import { type ContainerImage, ServiceDeployments } from "./service-deployments.ts";
import { ServiceMessages } from "./service-messages.ts";
import { schedulerStop } from "./stop-reason.ts";
import type { Tag } from "./tag.ts";
import { conditionOf, nextChange } from "./task-condition.ts";
import { WakeTimer } from "./wake-timer.ts";

export interface ServiceIdentity {
  readonly arn: string;
  readonly name: string;
  readonly clusterArn: string;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** Where a service reports: its own messages, and the bus. */
export interface ServiceEvents {
  deploymentStarted(service: Service, deployment: Deployment): void;
  deploymentCompleted(service: Service, deployment: Deployment): void;
  deploymentFailed(service: Service, deployment: Deployment, cause: FailureCause): void;
  steady(service: Service): void;
  startsImpaired(service: Service): void;
}

export interface ServicePorts {
  readonly clock: Clock;
  readonly targets: TargetRegistry;
  readonly alarms: AlarmStates;
  readonly events: ServiceEvents;
  /** Creates a task and sets it going. */
  startTask(service: Service, deployment: Deployment): Task;
  /** What the images of a task definition mean now. */
  imagesOf(taskDefinitionArn: string): readonly ContainerImage[];
  stopTask(task: Task, stop: Stop): void;
}

/** A service's state, and the loop that carries out what the scheduler decides from it. */
export class Service {
  readonly identity: ServiceIdentity;
  status: "ACTIVE" | "DRAINING" | "INACTIVE" = "ACTIVE";
  rollout: Rollout;
  tags: readonly Tag[];
  readonly messages: ServiceMessages;
  readonly history: ServiceDeployments;
  readonly #io: ServicePorts;
  readonly #tasks = new Set<Task>();
  readonly #everHealthy = new WeakSet<Task>();
  readonly #failureCounted = new WeakSet<Task>();
  readonly #listeners = new Set<() => void>();
  #steady = false;
  #due = false;
  readonly #wakeTimer: WakeTimer;

  constructor(identity: ServiceIdentity, settings: ServiceSettings, tags: readonly Tag[], io: ServicePorts) {
    this.identity = identity;
    this.tags = tags;
    this.#io = io;
    this.messages = new ServiceMessages(identity.name, io.clock);
    this.#wakeTimer = new WakeTimer(io.clock, () => this.touch());
    this.history = new ServiceDeployments(identity.arn.slice(0, identity.arn.indexOf(":service/")), pathOf(identity));
    this.rollout = newRollout(settings, io.clock.now());
    this.#record();
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
    const watched = this.#alarmsToWatch(settings);
    const deployment = newDeployment(settings.taskDefinitionArn, this.#io.clock.now(), watched);
    this.rollout = deploy({ ...this.rollout, settings }, deployment);
    this.#record();
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

  /** No more decisions: the endpoint is shutting down. */
  close(): void {
    this.status = "INACTIVE";
    this.#wakeTimer.set(undefined);
  }

  #record(): void {
    const { settings, deployments } = this.rollout;
    const images = this.#io.imagesOf(settings.taskDefinitionArn);
    this.history.begin(deployments[0], settings, images, this.#io.clock.now());
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
    this.rollout = countFailure(this.rollout, task.startedBy, this.#io.clock.now());
    if (this.rollout.startFailures === 3) this.#io.events.startsImpaired(this);
  }

  #decide(): void {
    const now = this.#io.clock.now();
    const tasks = this.#observe(now);
    if (this.status === "DRAINING" && tasks.length === 0) this.status = "INACTIVE";
    else {
      const actions = schedule(this.rollout, tasks, now, this.#alarmVerdict());
      const steady = actions.some((action) => action.kind === "steady");
      for (const action of actions) this.#carryOut(action, now);
      if (!steady) this.#steady = false;
      this.#wakeTimer.set(nextChange(this.tasks, this.rollout.settings, actions, now));
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

  /** An alarm that rings already says nothing of what is new, and may be what the deployment is to mend. */
  #alarmsToWatch({ alarms: { enable, alarmNames } }: ServiceSettings): readonly string[] {
    const readings = alarmNames.flatMap((name) => this.#io.alarms.read(name) ?? []);
    const watches = enable && readings.length > 0 && !readings.some(({ inAlarm }) => inAlarm);
    return watches ? alarmNames : [];
  }

  #alarmVerdict(): AlarmVerdict {
    const readings = this.rollout.deployments[0].watchedAlarms.flatMap((name) => this.#io.alarms.read(name) ?? []);
    return {
      ringing: readings.some(({ inAlarm }) => inAlarm),
      bakeMs: Math.max(0, ...readings.map(({ rangeMs }) => rangeMs)),
    };
  }

  #ringing(): readonly string[] {
    return this.rollout.deployments[0].watchedAlarms.filter((name) => this.#io.alarms.read(name)?.inAlarm);
  }

  #carryOut(action: Action, now: number): void {
    switch (action.kind) {
      case "start":
        this.#start(action.deployment, action.count);
        return;
      case "stop":
        this.#stop(action.taskArn, action.why);
        return;
      case "complete":
        if (this.status !== "ACTIVE") return;
        this.rollout = complete(this.rollout, now);
        this.history.complete(this.rollout.deployments[0], now);
        this.#io.events.deploymentCompleted(this, this.rollout.deployments[0]);
        return;
      case "bake":
        this.rollout = bake(this.rollout, now);
        this.touch();
        return;
      case "fail":
        this.rollout = fail(this.rollout, now, action.cause, action.cause === "alarm" ? this.#ringing() : []);
        this.history.fail(this.rollout.deployments[0], now);
        this.#io.events.deploymentFailed(this, this.rollout.deployments[0], action.cause);
        this.touch();
        return;
      case "roll-back":
        this.rollout = rollBack(this.rollout, action.to, now, action.cause);
        this.history.rollBack(this.rollout.deployments[0], action.to.id, action.cause, now);
        this.messages.add(`rolling back to deployment ${action.to.id}.`);
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

  #start(deployment: Deployment, count: number): void {
    const started = Array.from({ length: count }, () => this.#io.startTask(this, deployment));
    for (const task of started) this.#tasks.add(task);
    this.messages.add(`has started ${count} tasks: ${started.map(({ id }) => `(task ${id})`).join(" ")}.`);
  }

  #stop(taskArn: string, why: "scaling" | "unhealthy"): void {
    const task = this.tasks.find(({ arn }) => arn === taskArn);
    if (task === undefined) return;
    const { stop, message } = schedulerStop(task, why, this.#io.targets);
    this.messages.add(message);
    this.#io.stopTask(task, stop);
    if (why === "unhealthy") this.#countFailure(task);
  }
}

/** `<cluster>/<service>`, as in its arn. */
function pathOf({ arn }: ServiceIdentity): string {
  return arn.slice(arn.indexOf(":service/") + ":service/".length);
}
