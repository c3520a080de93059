import type { Clock } from "@mcp-fleet/endpoint/core";
import type { DeploymentFailure, DeploymentState, ServiceFleet, ServiceState, TaskState } from "#rotation/ports.ts";
import { Buckets } from "./buckets.ts";

interface Task extends TaskState {
  readonly arn: string;
  /** The value of the secret it read when it was created. */
  readonly value: string;
}

interface Service {
  readonly name: string;
  readonly read: () => string;
  status: "ACTIVE" | "INACTIVE";
  desiredCount: number;
  primary: DeploymentState;
  others: readonly DeploymentState[];
  failures: readonly DeploymentFailure[];
  tasks: readonly Task[];
}

/** What goes wrong with services, by their names or task definitions; may be changed at any time. */
export interface ServiceFaults {
  /** Deployments neither complete nor fail. */
  readonly hung: Set<string>;
  /** Tasks that are stopping do not end. */
  readonly stuck: Set<string>;
  /** ECS answers no question about them. */
  readonly unreadable: Set<string>;
  /** Task definitions whose tasks never become healthy. */
  readonly broken: Set<string>;
  /** Milliseconds until their deployments are given up, where that takes longer than usual. */
  readonly failAfter: Map<string, number>;
}

/** Milliseconds a task takes to read its secrets, to be healthy, to fail for good, and to drain. */
const pace = { start: 5_000, healthy: 10_000, failure: 60_000, drain: 30_000 } as const;
const pageSize = 100;

/** ECS as far as a secret concerns it: tasks read it once, when they are created; a rollout that fails goes back. */
export class Services {
  readonly rolls: string[] = [];
  readonly buckets: Buckets;
  readonly faults: ServiceFaults = {
    hung: new Set(),
    stuck: new Set(),
    unreadable: new Set(),
    broken: new Set(),
    failAfter: new Map(),
  };
  /** Of every secret's ARN that a task definition names. */
  secretsOf: (taskDefinition: string) => readonly string[] = () => [];
  readonly #services = new Map<string, Service>();
  readonly #clock: Clock;
  readonly #read: () => string;
  readonly #works: (value: string) => boolean;
  #made = 0;

  constructor(clock: Clock, read: () => string, works: (value: string) => boolean) {
    this.#clock = clock;
    this.#read = read;
    this.#works = works;
    this.buckets = new Buckets(clock);
  }

  create(name: string, desiredCount: number, read = this.#read): void {
    const primary = this.#newDeployment(name, `${name}:1`, "COMPLETED");
    const service: Service = {
      name,
      read,
      status: "ACTIVE",
      desiredCount,
      primary,
      others: [],
      failures: [],
      tasks: [],
    };
    this.#services.set(name, service);
    this.#start(service, primary, desiredCount);
  }

  /** Values that tasks run on at this moment, those being stopped included. */
  valuesInUse(...names: readonly string[]): readonly string[] {
    const services = [...this.#services.values()].filter(({ name }) => names.length === 0 || names.includes(name));
    const values = services.flatMap(({ tasks }) => tasks.filter(({ state }) => state !== "ended"));
    return values.map(({ value }) => value).filter((value) => value !== "");
  }

  readonly port: ServiceFleet = {
    describe: async (names) => {
      this.#draw("reads", names);
      return names.flatMap((name): readonly ServiceState[] => {
        const service = this.#services.get(name);
        return service?.status === "ACTIVE" ? [{ ...service, rolledBackAt: undefined }] : [];
      });
    },
    listTasks: async ({ service, wanted, from }) => {
      this.#draw("reads", service === undefined ? [...this.faults.unreadable] : [service]);
      const all = [...this.#services.values()]
        .filter(({ name }) => service === undefined || name === service)
        .flatMap(({ tasks }) => tasks);
      const page = all
        .slice(all.findIndex(({ arn }) => arn === from) + 1)
        .filter(({ state }) => (state === "running") === (wanted === "RUNNING"))
        .slice(0, pageSize)
        .map(({ arn }) => arn);
      return { tasks: page, next: page.length < pageSize ? undefined : page.at(-1) };
    },
    describeTasks: async (arns) => {
      this.#draw("reads", []);
      const wanted = new Set(arns);
      return [...this.#services.values()].flatMap(({ tasks }) => tasks.filter(({ arn }) => wanted.has(arn)));
    },
    secretsOf: async (taskDefinition) => this.secretsOf(taskDefinition),
    roll: async (name) => {
      this.#draw("changes", [name]);
      this.rolls.push(name);
      const service = this.#find(name);
      const deployment = this.#newDeployment(name, service.primary.taskDefinition);
      void this.#rollOut(service, deployment);
      return deployment.id;
    },
  };

  /** Somebody deploys another image. */
  deploy(name: string, taskDefinition: string): void {
    void this.#rollOut(this.#find(name), this.#newDeployment(name, taskDefinition));
  }

  /** Every task ends, and none is started. */
  stop(name: string): void {
    const service = this.#find(name);
    this.#end(service, () => true);
  }

  /** One more task of what is deployed, as when ECS replaces one that ended. */
  replace(name: string): void {
    const service = this.#find(name);
    const [oldest] = service.tasks.filter(({ state }) => state === "running");
    this.#start(service, service.primary, 1);
    if (oldest !== undefined) this.#end(service, ({ arn }) => arn === oldest.arn);
  }

  /** It leaves the map, and its tasks end after this long. */
  async remove(name: string, afterMs: number): Promise<void> {
    const service = this.#find(name);
    await this.#clock.sleep(afterMs);
    service.status = "INACTIVE";
    await this.#drain(service, () => true);
  }

  async #rollOut(service: Service, deployment: DeploymentState): Promise<void> {
    const { id } = deployment;
    const before = [service.primary, ...service.others].find(({ state }) => state === "COMPLETED");
    service.others = [service.primary, ...service.others];
    service.primary = deployment;
    const isSuperseded = () => service.primary.id !== id;
    await this.#clock.sleep(pace.start);
    if (isSuperseded()) return;
    this.#start(service, deployment, service.desiredCount);
    const own = service.tasks.filter((task) => task.deploymentId === id);
    const isHealthy =
      own.every(({ value }) => this.#works(value)) && !this.faults.broken.has(deployment.taskDefinition);
    await this.#clock.sleep(isHealthy ? pace.healthy : (this.faults.failAfter.get(service.name) ?? pace.failure));
    while (this.faults.hung.has(service.name) && !isSuperseded()) await this.#clock.sleep(pace.healthy);
    if (isSuperseded()) return this.#end(service, (task) => task.deploymentId === id);
    if (!isHealthy) {
      this.#end(service, (task) => task.deploymentId === id);
      service.failures = [...service.failures, { deploymentId: id, at: this.#clock.now() }];
      // Back under the id of the last that completed, as the tasks from before still run.
      service.others = service.others.filter((one) => one.id !== before?.id);
      service.primary = before ?? { ...deployment, state: "FAILED" };
      return;
    }
    service.primary = { ...deployment, state: "COMPLETED" };
    await this.#drain(service, (task) => task.deploymentId !== id && task.createdAt <= deployment.createdAt);
    service.others = service.others.filter(({ id: other }) => service.tasks.some((task) => isOf(task, other)));
  }

  #newDeployment(name: string, taskDefinition: string, state: DeploymentState["state"] = "IN_PROGRESS") {
    return { id: `${name}/${this.#made++}`, createdAt: this.#clock.now(), state, taskDefinition };
  }

  #start(service: Service, { id, taskDefinition }: DeploymentState, count: number): void {
    const started = Array.from({ length: count }, (): Task => {
      const arn = `${service.name}/task-${this.#made++}`;
      const createdAt = this.#clock.now();
      const { name } = service;
      return {
        arn,
        service: name,
        deploymentId: id,
        taskDefinition,
        createdAt,
        state: "running",
        value: service.read(),
      };
    });
    service.tasks = [...service.tasks, ...started];
  }

  async #drain(service: Service, which: (task: Task) => boolean): Promise<void> {
    const stopping = new Set(
      service.tasks.filter((task) => task.state === "running" && which(task)).map(({ arn }) => arn),
    );
    this.#set(service, "stopping", ({ arn }) => stopping.has(arn));
    await this.#clock.sleep(pace.drain);
    while (this.faults.stuck.has(service.name)) await this.#clock.sleep(pace.drain);
    this.#end(service, ({ arn }) => stopping.has(arn));
  }

  #end(service: Service, which: (task: Task) => boolean): void {
    this.#set(service, "ended", which);
  }

  #set(service: Service, state: Task["state"], which: (task: Task) => boolean): void {
    service.tasks = service.tasks.map((task) => (which(task) ? { ...task, state } : task));
  }

  #draw(kind: "reads" | "changes", names: readonly string[]): void {
    this.buckets.draw(kind);
    if (names.some((name) => this.faults.unreadable.has(name))) throw new Error("Service is unavailable.");
  }

  #find(name: string): Service {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`There is no service ${name}.`);
    return service;
  }
}

function isOf({ deploymentId, state }: Task, id: string): boolean {
  return deploymentId === id && state !== "ended";
}
