import { RemovalPolicy, Stack } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { accept } from "../nag.ts";
import { containerEnvironment, type RedisAddress } from "./environment.ts";
import { createTaskRole } from "./task-role.ts";

export type { RedisAddress } from "./environment.ts";

export interface TaskProps {
  readonly plan: StagePlan;
  readonly service: ServicePlan;
  readonly cluster: { readonly executionRoleArn: string };
  readonly secretArns: ReadonlyMap<string, string>;
  readonly redis: RedisAddress | undefined;
}

/** What runs: log group, task role and task definition. */
export class Task {
  readonly definition: ecs.CfnTaskDefinition;

  constructor(scope: Construct, props: TaskProps) {
    const { plan, service, cluster } = props;
    const logGroup = new logs.CfnLogGroup(scope, "Log", {
      logGroupName: names.logGroup(plan.stage, service.key),
      retentionInDays: 365,
    });
    // Removing the entry removes its logs: ECS-10.
    logGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.definition = new ecs.CfnTaskDefinition(scope, "TaskDefinition", {
      family: names.taskFamily(plan.stage, service.key),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(service.cpu),
      memory: String(service.memory),
      runtimePlatform: { cpuArchitecture: service.architecture, operatingSystemFamily: "LINUX" },
      executionRoleArn: cluster.executionRoleArn,
      taskRoleArn: createTaskRole(scope, service).roleArn,
      containerDefinitions: [container(Stack.of(scope), logGroup.ref, props)],
    });
    accept(this.definition, {
      "AwsSolutions-ECS2": "Plain settings of the map; what is secret comes from Secrets Manager by key.",
    });
  }
}

function container(
  { region }: Stack,
  logGroup: string,
  { plan, service, secretArns, redis }: TaskProps,
): ecs.CfnTaskDefinition.ContainerDefinitionProperty {
  return {
    name: service.key,
    image: service.image,
    essential: true,
    portMappings: [{ containerPort: service.port, protocol: "tcp" }],
    environment: Object.entries(containerEnvironment(service, redis)).map(([name, value]) => ({ name, value })),
    secrets: service.secrets.map(({ secret, key }) => ({
      name: key,
      valueFrom: `${arnOf(secretArns, secret)}:${key}::`,
    })),
    stopTimeout: service.stopTimeout,
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "ecs" },
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
