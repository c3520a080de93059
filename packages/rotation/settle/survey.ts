import type { Log, ServiceFleet, ServiceState, TaskState } from "../ports.ts";
import { eachOf, OutOfTime, type Pace } from "./pace.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html, …_DescribeTasks.html */
const servicesAtOnce = 10;
const tasksAtOnce = 100;
const requestsAtOnce = 8;

/** What is unreadable where the cluster's tasks are, and there is no service to ask for instead. */
export const everything = "the cluster's tasks";

/** Why ECS does not tell anything about a service, by its name. */
export type Unreadable = ReadonlyMap<string, string>;

export interface ServicesRead {
  readonly states: readonly ServiceState[];
  readonly unreadable: Unreadable;
}

export interface TasksRead {
  readonly tasks: readonly TaskState[];
  readonly unreadable: Unreadable;
}

/** Reads of a cluster, at the pace of ECS's bucket for them. What cannot be read is named, and holds up nothing else. */
export class Survey {
  readonly #fleet: ServiceFleet;
  readonly #pace: Pace;
  readonly #log: Log;
  readonly #secrets = new Map<string, readonly string[]>();

  constructor(fleet: ServiceFleet, pace: Pace, log: Log) {
    this.#fleet = fleet;
    this.#pace = pace;
    this.#log = log;
  }

  async services(names: readonly string[]): Promise<ServicesRead> {
    const states: ServiceState[] = [];
    const unreadable = new Map<string, string>();
    const read = async (some: readonly string[]): Promise<void> => {
      states.push(...(await this.#pace.call(() => this.#fleet.describe(some))));
    };
    await eachOf(chunks(names, servicesAtOnce), requestsAtOnce, (some) =>
      orApart(some, read, (name, error) => {
        unreadable.set(name, this.#reasonOf(name, error));
      }),
    );
    return { states, unreadable };
  }

  /**
   * A request for a hundred tasks of the cluster costs ECS as much as one for a single service's, so all are read at
   * once. Where that is refused, the services are read one by one: only those that are refused again are unknown.
   */
  async tasks(services: readonly string[]): Promise<TasksRead> {
    try {
      return { tasks: await this.#tasksOf(undefined), unreadable: new Map() };
    } catch (error) {
      if (error instanceof OutOfTime) throw error;
      if (services.length === 0)
        return { tasks: [], unreadable: new Map([[everything, this.#reasonOf(everything, error)]]) };
    }
    const tasks: TaskState[] = [];
    const unreadable = new Map<string, string>();
    await eachOf(services, requestsAtOnce, async (service) => {
      try {
        tasks.push(...(await this.#tasksOf(service)));
      } catch (error) {
        if (error instanceof OutOfTime) throw error;
        unreadable.set(service, this.#reasonOf(service, error));
      }
    });
    return { tasks, unreadable };
  }

  /** A task definition never changes, so one look is enough. One that cannot be read is taken to use every secret. */
  async usesSecret(taskDefinition: string, secretArn: string): Promise<boolean> {
    const known = this.#secrets.get(taskDefinition) ?? (await this.#secretsOf(taskDefinition));
    if (known === undefined) return true;
    this.#secrets.set(taskDefinition, known);
    // ECS takes an ARN without the six characters behind the secret's name, too.
    const arns = [secretArn, secretArn.replace(/-[A-Za-z0-9]{6}$/, "")];
    return known.some((from) => arns.some((arn) => from === arn || from.startsWith(`${arn}:`)));
  }

  async #secretsOf(taskDefinition: string): Promise<readonly string[] | undefined> {
    try {
      return await this.#pace.call(() => this.#fleet.secretsOf(taskDefinition));
    } catch (error) {
      if (error instanceof OutOfTime) throw error;
      this.#reasonOf(taskDefinition, error);
      return undefined;
    }
  }

  async #tasksOf(service: string | undefined): Promise<readonly TaskState[]> {
    const arns = new Set<string>();
    for (const wanted of ["RUNNING", "STOPPED"] as const) {
      let from: string | undefined;
      do {
        const page = await this.#pace.call(() =>
          this.#fleet.listTasks({
            wanted,
            ...(service !== undefined && { service }),
            ...(from !== undefined && { from }),
          }),
        );
        for (const arn of page.tasks) arns.add(arn);
        from = page.next;
      } while (from !== undefined);
    }
    const tasks: TaskState[] = [];
    await eachOf(chunks([...arns], tasksAtOnce), requestsAtOnce, async (some) => {
      tasks.push(...(await this.#pace.call(() => this.#fleet.describeTasks(some))));
    });
    return tasks;
  }

  #reasonOf(service: string, error: unknown): string {
    const name = error instanceof Error ? error.name : "failed";
    this.#log({ level: "error", service, name, message: error instanceof Error ? error.message : String(error) });
    return `ECS does not show ${service} (${name})`;
  }
}

/** What fails together is tried one by one. */
async function orApart(
  names: readonly string[],
  read: (some: readonly string[]) => Promise<void>,
  failed: (name: string, error: unknown) => void,
): Promise<void> {
  try {
    await read(names);
  } catch (error) {
    const [name = "", ...others] = names;
    if (error instanceof OutOfTime) throw error;
    if (others.length === 0) return failed(name, error);
    for (const one of names) await orApart([one], read, failed);
  }
}

function chunks(items: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
