import {
  ClientException,
  ClusterNotFoundException,
  type DescribeServicesCommandInput,
  type DescribeServicesCommandOutput,
  type DescribeTaskDefinitionCommandInput,
  type DescribeTasksCommandInput,
  InvalidParameterException,
  type ListTasksCommandInput,
  ServerException,
  ServiceNotActiveException,
  ServiceNotFoundException,
  type UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { Bucket } from "./buckets.ts";
import type { ServiceSetting } from "./plot.ts";
import { type Deployment, Service, type Surroundings, type Task } from "./service.ts";

const $metadata = {};
const account = "arn:aws:ecs:eu-west-1:123456789012";
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html */
const pageAtMost = 100;

type Shown = NonNullable<DescribeServicesCommandOutput["services"]>[number];

/** What the client retries, as it would the real one. */
export class Throttled extends Error {
  override readonly name = "ThrottlingException";
  readonly $retryable = { throttling: true };
}

/** One cluster of ECS, behind the calls that are made of it. */
export class Ecs {
  readonly services = new Map<string, Service>();
  readonly #cluster: string;
  readonly #around: Surroundings;
  readonly #reads: Bucket;
  readonly #changes: Bucket;
  readonly #stale = new Map<string, { readonly until: number; readonly shown: Shown }>();
  throttledCalls = 0;

  constructor(cluster: string, services: readonly ServiceSetting[], around: Surroundings) {
    this.#cluster = cluster;
    this.#around = around;
    this.#reads = new Bucket(around.time, 100, 20);
    this.#changes = new Bucket(around.time, 50, 5);
    for (const setting of services) this.services.set(setting.name, new Service(setting, around));
  }

  /** Others in the account call as well. */
  crowd(): void {
    this.#reads.empty();
    this.#changes.empty();
  }

  describeServices({ cluster, services = [] }: DescribeServicesCommandInput) {
    this.#take(this.#reads, cluster);
    if (services.length > 10)
      throw new InvalidParameterException({ message: "Services cannot be more than 10.", $metadata });
    const found = services.flatMap((name) => this.services.get(nameIn(name)) ?? []);
    return {
      services: found.map((service) => this.#shown(service)),
      failures: services
        .filter((name) => !this.services.has(nameIn(name)))
        .map((name) => ({ arn: `${account}:service/${this.#cluster}/${name}`, reason: "MISSING" })),
    };
  }

  listTasks({ cluster, serviceName, startedBy, family, desiredStatus = "RUNNING", nextToken }: ListTasksCommandInput) {
    this.#take(this.#reads, cluster);
    const one = serviceName === undefined ? undefined : this.services.get(nameIn(serviceName));
    if (serviceName !== undefined && (one === undefined || one.status === "INACTIVE")) {
      throw new ServiceNotFoundException({ message: "Service not found.", $metadata });
    }
    if (one !== undefined && this.#around.isUnlisted(one.name)) {
      throw new ServerException({ message: "Service Unavailable. Please try again later.", $metadata });
    }
    const tasks = (one === undefined ? [...this.services.values()] : [one]).flatMap((service) => {
      service.forget();
      return service.tasks
        .filter((task) => task.wanted === desiredStatus)
        .filter((task) => startedBy === undefined || task.deployment.id === startedBy)
        .filter(() => family === undefined || family === service.name);
    });
    const from = Number(nextToken ?? 0);
    const page = tasks.slice(from, from + pageAtMost);
    return {
      taskArns: page.map(({ id }) => `${account}:task/${this.#cluster}/${id}`),
      ...(from + pageAtMost < tasks.length && { nextToken: String(from + pageAtMost) }),
    };
  }

  describeTasks({ cluster, tasks = [] }: DescribeTasksCommandInput) {
    this.#take(this.#reads, cluster);
    if (tasks.length > 100)
      throw new InvalidParameterException({ message: "Tasks cannot be more than 100.", $metadata });
    const wanted = new Set(tasks.map(nameIn));
    const owners = new Set([...wanted].map((id) => id.replace(/-\d+$/, "")));
    const found = [...owners].flatMap((name) => {
      const service = this.services.get(name);
      return service?.tasks.filter(({ id }) => wanted.has(id)).map((task) => this.#describeTask(service, task)) ?? [];
    });
    return { tasks: found, failures: [] };
  }

  updateService({ cluster, service = "", forceNewDeployment = false }: UpdateServiceCommandInput) {
    this.#take(this.#changes, cluster);
    const found = this.services.get(nameIn(service));
    if (found === undefined) throw new ServiceNotFoundException({ message: "Service not found.", $metadata });
    if (found.status !== "ACTIVE") {
      throw new ServiceNotActiveException({ message: "Service was not ACTIVE.", $metadata });
    }
    const { time, dice, nature } = this.#around;
    if (forceNewDeployment) {
      this.#stale.set(found.name, { until: time.now() + dice.between(0, nature.ecsLag), shown: this.#describe(found) });
      found.deploy();
    }
    return { service: this.#describe(found) };
  }

  describeTaskDefinition({ taskDefinition = "" }: DescribeTaskDefinitionCommandInput) {
    const [, name = ""] = /([\w-]+):\d+$/.exec(taskDefinition) ?? [];
    const service = this.services.get(name);
    if (service === undefined) throw new ClientException({ message: "Unable to describe task definition.", $metadata });
    const secrets = service.secrets.map((key) => ({ name: "VALUE", valueFrom: this.#around.arnOf(key) }));
    return { taskDefinition: { taskDefinitionArn: taskDefinition, containerDefinitions: [{ name, secrets }] } };
  }

  /** A read just after a change may not show it yet. */
  #shown(service: Service) {
    const stale = this.#stale.get(service.name);
    if (stale === undefined || stale.until <= this.#around.time.now()) return this.#describe(service);
    return stale.shown;
  }

  #take(bucket: Bucket, cluster: string | undefined): void {
    if (cluster !== this.#cluster) throw new ClusterNotFoundException({ message: "Cluster not found.", $metadata });
    if (bucket.take()) return;
    this.throttledCalls += 1;
    throw new Throttled("Rate exceeded");
  }

  #describe(service: Service): Shown {
    const running = (deployment: Deployment) =>
      service.tasks.filter((task) => task.deployment === deployment && task.status === "RUNNING").length;
    return {
      serviceName: service.name,
      serviceArn: `${account}:service/${this.#cluster}/${service.name}`,
      clusterArn: `${account}:cluster/${this.#cluster}`,
      status: service.status,
      desiredCount: service.status === "ACTIVE" ? service.desired : 0,
      runningCount: service.tasks.filter(({ status }) => status === "RUNNING").length,
      pendingCount: service.tasks.filter(({ status }) => status === "PENDING").length,
      taskDefinition: taskDefinition(service.name, service.primary?.image.revision ?? 1),
      deployments: service.deployments.map((deployment) => ({
        id: deployment.id,
        status: deployment.status,
        taskDefinition: taskDefinition(service.name, deployment.image.revision),
        desiredCount: deployment.status === "PRIMARY" ? service.desired : 0,
        runningCount: running(deployment),
        failedTasks: deployment.failures,
        rolloutState: deployment.rollout,
        rolloutStateReason: `ECS deployment ${deployment.id} ${deployment.rollout.toLowerCase()}.`,
        createdAt: this.#date(deployment.createdAt),
        updatedAt: this.#date(deployment.updatedAt),
      })),
      events: service.events.map(({ at, message }, place) => ({
        id: `${at}-${place}`,
        createdAt: this.#date(at),
        message,
      })),
    };
  }

  #describeTask(service: Service, task: Task) {
    return {
      taskArn: `${account}:task/${this.#cluster}/${task.id}`,
      group: `service:${service.name}`,
      startedBy: task.deployment.id,
      taskDefinitionArn: taskDefinition(service.name, task.image.revision),
      lastStatus: task.status,
      desiredStatus: task.wanted,
      createdAt: this.#date(task.createdAt),
      ...(task.status !== "PENDING" && { startedAt: this.#date(task.createdAt) }),
    };
  }

  #date(at: number): Date {
    return new Date(at + this.#around.nature.ecsSkew);
  }
}

function taskDefinition(service: string, revision: number): string {
  return `${account}:task-definition/${service}:${revision}`;
}

/** Names and ARNs are both taken. */
function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
