import type { Clock } from "@mcp-fleet/endpoint/core";
import type { DeploymentState, ServiceFleet, ServiceState } from "#rotation/ports.ts";

interface Task {
  readonly createdAt: number;
  readonly deploymentId: string;
  /** The value of the secret it read when it was created. */
  readonly value: string;
}

interface Service {
  readonly name: string;
  readonly read: () => string;
  desiredCount: number;
  primary: DeploymentState;
  failures: readonly number[];
  tasks: readonly Task[];
}

/** Milliseconds a task takes to read its secrets, to be healthy, to fail for good, and to drain. */
const pace = { start: 5_000, healthy: 10_000, failure: 60_000, drain: 30_000 } as const;

/** ECS as far as a secret concerns it: tasks read it once, when they are created; a rollout that fails goes back. */
export class Services {
  readonly rolls: string[] = [];
  readonly #services = new Map<string, Service>();
  readonly #clock: Clock;
  readonly #read: () => string;
  readonly #works: (value: string) => boolean;

  constructor(clock: Clock, read: () => string, works: (value: string) => boolean) {
    this.#clock = clock;
    this.#read = read;
    this.#works = works;
  }

  create(name: string, desiredCount: number, read = this.#read): void {
    const primary: DeploymentState = { id: `${name}/0`, createdAt: this.#clock.now(), state: "COMPLETED" };
    this.#services.set(name, { name, read, desiredCount, primary, failures: [], tasks: [] });
    this.#start(name, primary.id);
  }

  /** Values that tasks run on at this moment, those being stopped included. */
  valuesInUse(): readonly string[] {
    const values = [...this.#services.values()].flatMap(({ tasks }) => tasks.map(({ value }) => value));
    return values.filter((value) => value !== "");
  }

  readonly port: ServiceFleet = {
    describe: async (names) =>
      names.flatMap((name): readonly ServiceState[] => {
        const service = this.#services.get(name);
        return service === undefined ? [] : [service];
      }),
    tasks: async (name) => this.#find(name).tasks,
    roll: async (name) => {
      this.rolls.push(name);
      void this.#rollOut(this.#find(name));
    },
  };

  async #rollOut(service: Service): Promise<void> {
    const before = service.primary;
    const id = `${service.name}/${this.rolls.length}`;
    service.primary = { id, createdAt: this.#clock.now(), state: "IN_PROGRESS" };
    const superseded = () => service.primary.id !== id;
    await this.#clock.sleep(pace.start);
    if (superseded()) return;
    this.#start(service.name, id);
    const healthy = service.tasks.every((task) => task.deploymentId !== id || this.#works(task.value));
    await this.#clock.sleep(healthy ? pace.healthy : pace.failure);
    if (superseded()) return this.#drop(service, (task) => task.deploymentId === id);
    if (!healthy) {
      this.#drop(service, (task) => task.deploymentId === id);
      service.failures = [...service.failures, this.#clock.now()];
      // The rollback completes at once, as the tasks from before still run.
      service.primary = {
        id: `${before.id}-back${this.rolls.length}`,
        createdAt: this.#clock.now(),
        state: "COMPLETED",
      };
      return;
    }
    await this.#clock.sleep(pace.drain);
    this.#drop(service, (task) => task.deploymentId !== id && task.createdAt < this.#clock.now() - pace.drain);
    if (!superseded()) service.primary = { ...service.primary, state: "COMPLETED" };
  }

  #start(name: string, deploymentId: string): void {
    const service = this.#find(name);
    const started = Array.from({ length: service.desiredCount }, () => ({
      createdAt: this.#clock.now(),
      deploymentId,
      value: service.read(),
    }));
    service.tasks = [...service.tasks, ...started];
  }

  #drop(service: Service, gone: (task: Task) => boolean): void {
    service.tasks = service.tasks.filter((task) => !gone(task));
  }

  #find(name: string): Service {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`There is no service ${name}.`);
    return service;
  }
}
