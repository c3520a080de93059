import { createHash } from "node:crypto";
import { Stack } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import type { Construct } from "constructs";
import { names, type ServicePlan } from "#fleet";
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
      taskRoleArn: createTaskRole(scope, service).roleArn,
      containerDefinitions: [container(stack, props)],
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

function container(
  { region }: Stack,
  { plan, service, secretArns, redis }: TaskProps,
): ecs.CfnTaskDefinition.ContainerDefinitionProperty {
  return {
    name: service.key,
    image: service.image,
    essential: true,
    ...(service.entryPoint && { entryPoint: [...service.entryPoint] }),
    ...(service.command && { command: [...service.command] }),
    portMappings: [{ containerPort: service.port, protocol: "tcp" }],
    environment: Object.entries(containerEnvironment(service, redis)).map(([name, value]) => ({ name, value })),
    secrets: service.secrets.map(({ secret, key }) => ({
      name: key,
      valueFrom: `${arnOf(secretArns, secret)}:${key}::`,
    })),
    stopTimeout: service.stopTimeout,
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": names.logGroup(plan.stage, service.key),
        "awslogs-region": region,
        "awslogs-stream-prefix": "ecs",
      },
    },
    ...(plan.runsOn === "loopback" &&
      service.localCommand !== undefined && {
        dockerLabels: { "mcp-fleet.local-command": JSON.stringify(service.localCommand) },
      }),
  };
}

function arnOf(arns: ReadonlyMap<string, string>, secret: string): string {
  const arn = arns.get(secret);
  if (arn === undefined) throw new Error(`The secret ${secret} was neither created nor adopted in this stage.`);
  return arn;
}
