import { createHash } from "node:crypto";
import * as ecs from "aws-cdk-lib/aws-ecs";
import { Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { type ContainerPlan, names, type ServicePlan } from "#fleet";
import type { RedisAddress } from "#fleet/session-environment.ts";
import { accept } from "../parts/nag.ts";
import type { DeployPlan } from "../parts/plan.ts";
import { containerEnvironment } from "./environment.ts";
import { createLogGroup } from "./logs.ts";
import { createTaskRole } from "./task-role.ts";

export interface TaskProps {
  readonly plan: DeployPlan;
  readonly service: ServicePlan;
  readonly cluster: { readonly executionRoleArn: string };
  readonly secretArns: ReadonlyMap<string, string>;
  readonly redis: RedisAddress | undefined;
}

/** What runs: task role and task definition. */
export class Task {
  readonly definition: ecs.CfnTaskDefinition;

  constructor(scope: Construct, props: TaskProps) {
    const { plan, service, cluster } = props;
    const stack = Stack.of(scope);
    if (plan.standing.olderLogs.has(service.key)) createLogGroup(scope, "Log", plan, service);
    const definition: ecs.CfnTaskDefinitionProps = {
      family: names.taskFamily(plan.stage, service.key),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(service.cpu),
      memory: String(service.memory),
      runtimePlatform: { cpuArchitecture: service.architecture, operatingSystemFamily: "LINUX" },
      executionRoleArn: cluster.executionRoleArn,
      taskRoleArn: createTaskRole(scope, plan, service).roleArn,
      containerDefinitions: containers(stack, props),
    };
    this.definition = new ecs.CfnTaskDefinition(
      scope,
      `TaskDefinition${digest(stack.resolve(definition))}`,
      definition,
    );
    accept(this.definition, {
      "AwsSolutions-ECS2": "Plain settings of the map; what is secret comes from Secrets Manager by key.",
    });
  }
}

/**
 * Another task definition is another resource. It cannot be changed in place, and CloudFormation replaces nothing in a
 * stack that keeps what runs after a failure (`stacks/deploy/start-failures.ts`): there a fixed service could not be deployed.
 */
function digest(definition: unknown): string {
  return createHash("sha256").update(JSON.stringify(definition)).digest("hex").slice(0, 8);
}

/**
 * The container that the balancer talks to has the service's name. A server behind it starts first and, as ECS stops them
 * the other way round, ends last: a sidecar that drains still has its server.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 */
function containers(stack: Stack, props: TaskProps): ecs.CfnTaskDefinition.ContainerDefinitionProperty[] {
  const { service, redis } = props;
  const { key, behind } = service;
  const main = container(stack, props, { ...service, name: key, environment: containerEnvironment(service, redis) });
  if (behind === undefined) return [main];
  return [
    { ...main, dependsOn: [{ containerName: behind.name, condition: "START" }] },
    container(stack, props, behind),
  ];
}

function container(
  { region }: Stack,
  { plan, service, secretArns }: TaskProps,
  { name, image, port, entryPoint, command, environment, secrets, localCommand }: ContainerPlan,
): ecs.CfnTaskDefinition.ContainerDefinitionProperty {
  return {
    name,
    image,
    essential: true,
    ...(entryPoint && { entryPoint: [...entryPoint] }),
    ...(command && { command: [...command] }),
    portMappings: [{ containerPort: port, protocol: "tcp" }],
    environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
    secrets: secrets.map(({ secret, key }) => ({
      name: key,
      valueFrom: `${arnOf(secretArns, secret)}:${key}::`,
    })),
    stopTimeout: service.stopTimeout,
    ...(service.user !== undefined && { user: service.user }),
    ...(service.readOnlyRoot && { readonlyRootFilesystem: true }),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": names.logGroup(plan.stage, service.key),
        "awslogs-region": region,
        "awslogs-stream-prefix": "ecs",
      },
    },
    ...(plan.runsOn === "loopback" &&
      localCommand !== undefined && {
        dockerLabels: { "mcp-fleet.local-command": JSON.stringify(localCommand) },
      }),
  };
}

function arnOf(arns: ReadonlyMap<string, string>, secret: string): string {
  const arn = arns.get(secret);
  if (arn === undefined) throw new Error(`The secret ${secret} was neither created nor adopted in this stage.`);
  return arn;
}
