import type { Dice } from "./dice.ts";
import type { Nature, ServiceSetting } from "./plot.ts";
import type { Time } from "./time.ts";
import { hour, minute, second } from "./time.ts";

export interface Task {
  readonly id: string;
  readonly deployment: Deployment;
  readonly image: Image;
  readonly createdAt: number;
  /** What it read of each secret when it started. */
  held: ReadonlyMap<string, string | undefined>;
  status: "PENDING" | "RUNNING" | "DEACTIVATING" | "STOPPED";
  wanted: "RUNNING" | "STOPPED";
  /** Milliseconds since the epoch. */
  stoppedAt?: number;
}

export interface Image {
  readonly revision: number;
  readonly broken: boolean;
}

export interface Deployment {
  readonly id: string;
  readonly image: Image;
  readonly createdAt: number;
  status: "PRIMARY" | "ACTIVE" | "INACTIVE";
  rollout: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  updatedAt: number;
  failures: number;
  /** A rollback that fails is not rolled back in its turn. */
  isRollback: boolean;
}

export interface Surroundings {
  readonly time: Time;
  readonly dice: Dice;
  readonly nature: Nature;
  readonly readCurrent: (secret: string) => string | undefined;
  readonly arnOf: (secret: string) => string;
  readonly hangs: (service: string) => boolean;
  /** Until when a stopping task of the service does not end. */
  readonly drainsUntil: (service: string) => number | undefined;
  readonly isUnlisted: (service: string) => boolean;
  readonly deploymentChanged: (service: string, deployment: Deployment) => void;
}

/** A value that its issuer accepts, and on which a service does not start, or crashes soon after. */
export function crashesOn(text: string | undefined): boolean {
  return failsToStart(text) || text?.includes("venom") === true;
}

function failsToStart(text: string | undefined): boolean {
  if (text === undefined) return true;
  return text.includes("poison") || !/^\s*[{["\w]/.test(text) || text.startsWith("{broken");
}

/** One ECS service: rolling deployments, a circuit breaker that rolls back, tasks that read secrets as they start. */
export class Service {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly desired: number;
  status: "ACTIVE" | "DRAINING" | "INACTIVE" = "ACTIVE";
  deployments: Deployment[] = [];
  tasks: Task[] = [];
  events: { readonly at: number; readonly message: string }[] = [];
  #completed: Deployment | undefined;
  #made = 0;
  readonly #around: Surroundings;

  constructor({ name, desired, secrets }: ServiceSetting, around: Surroundings) {
    this.name = name;
    this.secrets = secrets;
    this.desired = desired;
    this.#around = around;
    const now = around.time.now();
    const first = this.#newDeployment({ revision: 1, broken: false });
    first.rollout = "COMPLETED";
    this.#completed = first;
    for (let made = 0; made < desired; made++) {
      const held = new Map(secrets.map((secret) => [secret, around.readCurrent(secret)]));
      this.tasks.push({ ...this.#newTask(first), createdAt: now - 60 * minute, held, status: "RUNNING" });
    }
  }

  get primary(): Deployment | undefined {
    return this.deployments.find(({ status }) => status === "PRIMARY");
  }

  /** Tasks that have not ended, with whatever they read. */
  get alive(): readonly Task[] {
    return this.tasks.filter(({ status }) => status !== "STOPPED");
  }

  deploy(image?: Image): void {
    const now = image ?? this.primary?.image ?? { revision: 1, broken: false };
    for (const other of this.deployments) if (other.status === "PRIMARY") other.status = "ACTIVE";
    const deployment = this.#newDeployment(now);
    this.#fill(deployment);
    this.#progress();
  }

  remove(): void {
    this.status = "DRAINING";
    for (const task of this.alive) this.#stop(task);
    this.#progress();
  }

  /** One of its tasks ends by itself; the scheduler replaces it. */
  lose(): void {
    const [lost] = this.tasks.filter(({ status }) => status === "RUNNING");
    if (lost !== undefined) this.#ended(lost);
  }

  #newDeployment(image: Image): Deployment {
    const { time } = this.#around;
    this.#made += 1;
    const id = `ecs-svc/${String(Math.abs(hash(this.name)) % 9_000_000)}${String(this.#made).padStart(6, "0")}`;
    const now = time.now();
    const made: Deployment = {
      id,
      image,
      createdAt: now,
      updatedAt: now,
      status: "PRIMARY",
      rollout: "IN_PROGRESS",
      failures: 0,
      isRollback: false,
    };
    this.deployments = [made, ...this.deployments];
    return made;
  }

  #newTask(deployment: Deployment): Task {
    const id = `${this.name}-${String(++this.#made).padStart(6, "0")}`;
    const createdAt = this.#around.time.now();
    return {
      id,
      deployment,
      image: deployment.image,
      createdAt,
      held: new Map(),
      status: "PENDING",
      wanted: "RUNNING",
    };
  }

  #fill(deployment: Deployment): void {
    if (this.status !== "ACTIVE" || deployment.rollout === "FAILED") return;
    const there = this.tasks.filter((task) => task.deployment === deployment && task.wanted === "RUNNING").length;
    for (let missing = this.desired - there; missing > 0; missing--) this.#start(deployment);
  }

  #start(deployment: Deployment): void {
    const { time, dice, nature } = this.#around;
    const task = this.#newTask(deployment);
    if (this.tasks.length > 40) this.forget();
    this.tasks.push(task);
    const read = () => {
      if (task.wanted === "STOPPED") return;
      if (this.#around.hangs(this.name)) return time.after(20 * second, read);
      task.held = new Map(this.secrets.map((secret) => [secret, this.#around.readCurrent(secret)]));
      time.after(dice.between(nature.boot / 3, nature.boot), () => this.#booted(task));
    };
    time.after(dice.between(0.5 * second, 8 * second), read);
  }

  #booted(task: Task): void {
    if (task.status !== "PENDING" || task.wanted === "STOPPED") return;
    if (task.image.broken || [...task.held.values()].some(failsToStart)) {
      this.#ended(task);
      return;
    }
    task.status = "RUNNING";
    const crashesLater = [...task.held.values()].some((text) => text?.includes("venom"));
    if (crashesLater) {
      const { time, dice } = this.#around;
      time.after(dice.between(second, 18 * second), () => task.status === "RUNNING" && this.#ended(task));
    }
    this.#progress();
  }

  #ended(task: Task): void {
    const { deployment } = task;
    const { time, dice } = this.#around;
    Object.assign(task, { status: "STOPPED", wanted: "STOPPED", stoppedAt: time.now() });
    if (deployment.rollout === "IN_PROGRESS") {
      deployment.failures += 1;
      if (deployment.failures >= Math.max(3, Math.ceil(this.desired / 2))) {
        this.#giveUp(deployment);
        return;
      }
    }
    if (deployment.status !== "PRIMARY") return;
    time.after(dice.between(second, 20 * second), () => {
      if (deployment.status === "PRIMARY") this.#fill(deployment);
    });
  }

  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
  #giveUp(deployment: Deployment): void {
    const { time, nature } = this.#around;
    const now = time.now();
    deployment.rollout = "FAILED";
    deployment.updatedAt = now;
    this.#say(`(deployment ${deployment.id}) deployment failed: tasks failed to start.`);
    this.#around.deploymentChanged(this.name, deployment);
    if (deployment.status !== "PRIMARY") return;
    const good = this.#completed;
    if (good === undefined || deployment.isRollback) return;
    const again = this.deployments.includes(good) && nature.rollback === "same" ? good : undefined;
    this.#say(`rolling back to deployment ${good.id}.`);
    deployment.status = "ACTIVE";
    for (const task of this.tasks) {
      if (task.deployment === deployment && task.status === "PENDING") this.#stop(task);
    }
    const back = again ?? this.#newDeployment(good.image);
    back.status = "PRIMARY";
    back.isRollback = true;
    back.rollout = "IN_PROGRESS";
    back.updatedAt = now;
    back.failures = 0;
    this.#fill(back);
    this.#progress();
  }

  #progress(): void {
    const { time, dice } = this.#around;
    const { primary } = this;
    if (this.status === "ACTIVE" && primary !== undefined && primary.rollout === "IN_PROGRESS") {
      const ready = this.tasks.filter((task) => task.deployment === primary && task.status === "RUNNING");
      if (ready.length < this.desired) return;
      for (const task of this.tasks) if (task.deployment !== primary && task.wanted === "RUNNING") this.#stop(task);
      time.after(dice.between(20 * second, 60 * second), () => this.#complete(primary, ready));
    }
  }

  /** Its tasks ran for a while: those that crash soon do not count. */
  #complete(deployment: Deployment, ready: readonly Task[]): void {
    if (deployment.status !== "PRIMARY" || deployment.rollout !== "IN_PROGRESS") return;
    if (ready.filter(({ status }) => status === "RUNNING").length < this.desired) return;
    const { time } = this.#around;
    deployment.rollout = "COMPLETED";
    deployment.isRollback = false;
    deployment.updatedAt = time.now();
    this.#completed = deployment;
    for (const other of this.deployments) if (other !== deployment) other.status = "INACTIVE";
    this.deployments = [deployment];
    this.#say(`(deployment ${deployment.id}) deployment completed.`);
    this.#say("has reached a steady state.");
    this.forget();
    this.#around.deploymentChanged(this.name, deployment);
  }

  #stop(task: Task): void {
    const { time, dice, nature } = this.#around;
    task.wanted = "STOPPED";
    if (task.status === "RUNNING") task.status = "DEACTIVATING";
    const end = () => {
      const until = this.#around.drainsUntil(this.name);
      if (until !== undefined && until > time.now()) return time.at(until + second, end);
      Object.assign(task, { status: "STOPPED", stoppedAt: time.now() });
      if (this.status === "DRAINING" && this.alive.length === 0) this.status = "INACTIVE";
    };
    time.after(dice.between(nature.draining / 4, nature.draining), end);
  }

  /** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html: those that stopped an hour ago. */
  forget(): void {
    const since = this.#around.time.now() - hour;
    this.tasks = this.tasks.filter(({ status, stoppedAt = 0 }) => status !== "STOPPED" || stoppedAt > since);
  }

  #say(what: string): void {
    this.events = [{ at: this.#around.time.now(), message: `(service ${this.name}) ${what}` }, ...this.events].slice(
      0,
      100,
    );
  }
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) | 0, 7);
}
