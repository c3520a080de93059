import { type ContainerDefinition, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { ServicePlan } from "#fleet";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, warning } from "../check.ts";

/** What runs is what the map says: no change by hand, no map that was not deployed. */
export const mapDrift: Check = {
  id: "drift",
  well: "What runs is what the map says.",
  async look({ stage: { aws, plan }, services }) {
    const findings = await Promise.all(
      services.map(async (facts) => {
        if (facts.service === undefined) return [];
        const command = new DescribeTaskDefinitionCommand({ taskDefinition: facts.service.taskDefinition });
        const { taskDefinition } = await aws.client(ECSClient).send(command);
        const differences = differencesOf(facts, {
          cpu: taskDefinition?.cpu,
          memory: taskDefinition?.memory,
          container: taskDefinition?.containerDefinitions?.find(({ name }) => name === facts.plan.key),
        });
        if (differences.length === 0) return [];
        return [
          warning(
            `${facts.plan.key} is not as the map says: ${differences.join("; ")}.`,
            `npx sst deploy --stage ${plan.stage}, or change the map`,
          ),
        ];
      }),
    );
    return findings.flat();
  },
};

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
