import { type ContainerDefinition, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { ServicePlan } from "#fleet";
import type { Stage } from "../stage.ts";
import type { ServiceFacts } from "./facts.ts";

export interface Deployed {
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly container: ContainerDefinition | undefined;
}

/** In words: `cpu is 512, the map has 256`. Values of variables are not told: people put more into them than they should. */
export function differencesOf(
  { plan, service }: ServiceFacts,
  { cpu, memory, container }: Deployed,
): readonly string[] {
  const compare = (what: string, is: unknown, should: unknown) =>
    String(is) === String(should) ? [] : [`${what} is ${String(is)}, the map has ${String(should)}`];
  return [
    ...compare("the number of tasks", service?.desired, plan.desiredCount),
    ...compare("cpu", cpu, plan.cpu),
    ...compare("memory", memory, plan.memory),
    ...compare("the image", container?.image, plan.image),
    ...compare("the port", container?.portMappings?.[0]?.containerPort, plan.port),
    ...differentVariables(plan, container),
    ...differentSecrets(plan, container),
  ];
}

function differentVariables(plan: ServicePlan, container: ContainerDefinition | undefined): readonly string[] {
  const deployed = new Map((container?.environment ?? []).map(({ name, value }) => [name, value]));
  return Object.entries(plan.environment)
    .filter(([name, value]) => deployed.get(name) !== value)
    .map(([name]) => `${name} has another value`);
}

function differentSecrets(plan: ServicePlan, container: ContainerDefinition | undefined): readonly string[] {
  const deployed = new Set((container?.secrets ?? []).map(({ name }) => name));
  return plan.secrets.filter(({ key }) => !deployed.has(key)).map(({ key }) => `${key} is not given`);
}

/** What the service's task definition says; nothing of a service that is not there. */
export async function readDeployed({ aws }: Stage, { plan, service }: ServiceFacts): Promise<Deployed> {
  if (service === undefined) return { cpu: undefined, memory: undefined, container: undefined };
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition });
  const { taskDefinition } = await aws.client(ECSClient).send(command);
  return {
    cpu: taskDefinition?.cpu,
    memory: taskDefinition?.memory,
    container: taskDefinition?.containerDefinitions?.find(({ name }) => name === plan.key),
  };
}
