import type { Service } from "@aws-sdk/client-ecs";
import { DescribeTargetHealthCommand, TargetGroupNotFoundException } from "@aws-sdk/client-elastic-load-balancing-v2";
import { eachOf } from "#aws/batches.ts";
import type { Clients } from "./clients.ts";

/** The balancer's verdict, by `<address>:<port>`. */
export type TargetHealth = ReadonlyMap<string, string>;

/**
 * What the balancers say of the targets of a service, by its name. Nothing of one without a target group, nor of one that
 * ECS finds steady and whose turn has not come: ECS replaces a task that its balancer finds unhealthy.
 */
export type HealthReader = (services: readonly Running[]) => Promise<ReadonlyMap<string, TargetHealth>>;

/** A service with the ids of its tasks. */
export interface Running {
  readonly service: Service;
  readonly tasks: readonly string[];
}

/**
 * The balancer tells of one target group a call. Of steady services so many are asked each time, in turn; of the others
 * more, but not all, so that a stage that is down as a whole leaves the account's calls to those who mend it.
 */
const steadyAtOnce = 20;
const restlessAtOnce = 100;

interface Answer {
  readonly tasks: string;
  readonly health: TargetHealth;
}

export function createHealthReader(clients: Clients): HealthReader {
  /** By name, those asked longest ago first. */
  const known = new Map<string, Answer>();
  return async (services) => {
    const balanced = services.filter(({ service: { loadBalancers = [] } }) => loadBalancers.length > 0);
    const present = new Set(balanced.map(nameOf));
    for (const name of known.keys()) if (!present.has(name)) known.delete(name);
    const order = new Map([...known.keys()].map((name, at) => [name, at]));
    const waiting = (one: Running) => order.get(nameOf(one)) ?? -1;
    const inTurn = balanced.toSorted((one, other) => waiting(one) - waiting(other));
    const restless = new Set(inTurn.filter((one) => isRestless(one, known.get(nameOf(one)))));
    const asked = [
      ...[...restless].slice(0, restlessAtOnce),
      ...inTurn.filter((one) => !restless.has(one)).slice(0, steadyAtOnce),
    ];
    await eachOf(asked, async (one) => {
      const health = await readTargetHealth(one.service, clients);
      known.delete(nameOf(one));
      known.set(nameOf(one), { tasks: tasksOf(one), health });
    });
    return new Map(
      balanced.flatMap((one): readonly (readonly [string, TargetHealth])[] => {
        const answer = known.get(nameOf(one));
        if (answer !== undefined) return [[nameOf(one), answer.health]];
        // Not asked yet: it counts as healthy while it is steady, else as starting.
        return restless.has(one) ? [[nameOf(one), new Map()]] : [];
      }),
    );
  };
}

const nameOf = ({ service: { serviceName = "" } }: Running) => serviceName;
const tasksOf = ({ tasks }: Running) => tasks.toSorted().join();

/** It rolls, scales or fails, has other tasks than when it was asked, or was not well then. */
function isRestless(one: Running, answer: Answer | undefined): boolean {
  const { desiredCount, runningCount, pendingCount = 0, deployments = [] } = one.service;
  const [deployment, ...others] = deployments;
  const steady =
    runningCount === desiredCount &&
    pendingCount === 0 &&
    others.length === 0 &&
    deployment?.rolloutState === "COMPLETED";
  if (!steady) return true;
  return (
    answer !== undefined &&
    (answer.tasks !== tasksOf(one) || [...answer.health.values()].some((state) => state !== "healthy"))
  );
}

async function readTargetHealth({ loadBalancers = [] }: Service, { balancing }: Clients): Promise<TargetHealth> {
  const answers = await Promise.all(
    loadBalancers
      .flatMap(({ targetGroupArn }) => targetGroupArn ?? [])
      .map((TargetGroupArn) =>
        balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn })).catch((error: unknown) => {
          // Removed together with its service, which is not gone yet.
          if (error instanceof TargetGroupNotFoundException) return { TargetHealthDescriptions: [] };
          throw error;
        }),
      ),
  );
  const descriptions = answers.flatMap(({ TargetHealthDescriptions = [] }) => TargetHealthDescriptions);
  return new Map(
    descriptions.map(({ Target, TargetHealth }) => [`${Target?.Id}:${Target?.Port}`, TargetHealth?.State ?? "unused"]),
  );
}
