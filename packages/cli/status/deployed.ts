import { type ContainerDefinition, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { ServicePlan } from "#fleet";
import { sessionVariables } from "#fleet/session-environment.ts";
import { idleVariable } from "#fleet/timing.ts";
import type { Stage } from "../stage.ts";
import type { ServiceFacts } from "./facts.ts";

export interface Deployed {
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly architecture?: string | undefined;
  readonly container: ContainerDefinition | undefined;
}

/**
 * In words: `cpu is 512, the map has 256`. Values of variables are not shown: people put more into them than they
 * should.
 */
export function differencesOf(
  { plan, service }: ServiceFacts,
  { cpu, memory, architecture = plan.architecture, container }: Deployed,
): readonly string[] {
  const compare = (what: string, is: unknown, should: unknown) =>
    String(is) === String(should) ? [] : [`${what} is ${String(is)}, the map has ${String(should)}`];
  return [
    // Where it is scaled, load and the clock decide.
    ...(plan.scaling === undefined ? compare("the number of tasks", service?.desired, plan.desiredCount) : []),
    ...compare("cpu", cpu, plan.cpu),
    ...compare("memory", memory, plan.memory),
    ...compare("the architecture", architecture, plan.architecture),
    ...compare("the image", container?.image, plan.image),
    ...compare("the port", container?.portMappings?.[0]?.containerPort, plan.port),
    ...compare("the time to stop", container?.stopTimeout ?? plan.stopTimeout, plan.stopTimeout),
    ...differentSessions(plan, container),
    ...differentVariables(plan, container),
    ...differentSecrets(plan, container),
  ];
}

function differentSessions({ sessions }: ServicePlan, container: ContainerDefinition | undefined): readonly string[] {
  const deployed = (container?.environment ?? []).some(({ name }) => name === "REDIS_HOST");
  if (deployed === sessions) return [];
  return [sessions ? "it has no sessions in Redis, the map has them" : "it has sessions in Redis, the map does not"];
}

function differentVariables(plan: ServicePlan, container: ContainerDefinition | undefined): readonly string[] {
  const deployed = new Map((container?.environment ?? []).map(({ name = "", value }) => [name, value]));
  const extra = [...deployed.keys()].filter(
    (name) => !Object.hasOwn(plan.environment, name) && !sessionVariables.includes(name),
  );
  return [
    ...Object.entries(plan.environment)
      // The doctor compares that one with the balancer.
      .filter(([name, value]) => name !== idleVariable && deployed.get(name) !== value)
      .map(([name]) => (deployed.has(name) ? `${name} has a different value` : `${name} is not set`)),
    ...extra.map((name) => `${name} is set, but not in the map`),
  ];
}

function differentSecrets(plan: ServicePlan, container: ContainerDefinition | undefined): readonly string[] {
  const deployed = (container?.secrets ?? []).flatMap(({ name }) => name ?? []);
  const wanted = plan.secrets.map(({ key }) => key);
  return [
    ...wanted.filter((key) => !deployed.includes(key)).map((key) => `${key} is not injected`),
    ...deployed.filter((key) => !wanted.includes(key)).map((key) => `${key} is injected, but not in the map`),
  ];
}

/** What the service's task definition contains; nothing for a service that does not exist. */
export async function readDeployed({ aws }: Stage, { plan, service }: ServiceFacts): Promise<Deployed> {
  if (service === undefined) return { cpu: undefined, memory: undefined, container: undefined };
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition });
  const { taskDefinition } = await aws.client(ECSClient).send(command);
  return {
    cpu: taskDefinition?.cpu,
    memory: taskDefinition?.memory,
    architecture: taskDefinition?.runtimePlatform?.cpuArchitecture,
    container: taskDefinition?.containerDefinitions?.find(({ name }) => name === plan.key),
  };
}
