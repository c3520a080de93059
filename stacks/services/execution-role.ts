import * as iam from "aws-cdk-lib/aws-iam";
import { ArnFormat, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { names, type StagePlan } from "#fleet";
import { secretKeyStatements } from "../encryption/key-use.ts";
import { accept } from "../parts/nag.ts";
import { ownTasks } from "./own-tasks.ts";

/** The role with which Fargate starts the fleet's tasks: it pulls the image, opens the log and reads the secrets. */
export function createExecutionRole(scope: Construct, plan: StagePlan): iam.Role {
  const role = new iam.Role(scope, "ExecutionRole", {
    description: "Starts the tasks of the fleet",
    assumedBy: ownTasks(Stack.of(scope)),
    inlinePolicies: { start: new iam.PolicyDocument({ statements: statementsOf(Stack.of(scope), plan) }) },
  });
  accept(role, {
    "AwsSolutions-IAM5":
      "ECR hands out a registry's token without naming a repository; the rest ends in the fleet's own prefixes, so that a new entry of the map needs no change here.",
  });
  return role;
}

function statementsOf(stack: Stack, plan: StagePlan): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ sid: "LogInToEcr", actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }),
    new iam.PolicyStatement({
      sid: "PullImages",
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: registriesOf(stack, plan).map(({ account, region }) =>
        stack.formatArn({ service: "ecr", account, region, resource: "repository", resourceName: "*" }),
      ),
    }),
    new iam.PolicyStatement({
      sid: "WriteLogs",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [
        stack.formatArn({
          service: "logs",
          resource: "log-group",
          resourceName: `${names.logGroup(plan.stage, "*")}:log-stream:*`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
    new iam.PolicyStatement({
      sid: "ReadSecrets",
      actions: ["secretsmanager:GetSecretValue"],
      resources: [
        stack.formatArn({
          service: "secretsmanager",
          resource: "secret",
          resourceName: `${names.secretPrefix(plan.stage)}*`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
    ...secretKeyStatements(stack, plan, "read", isUsed(plan)).map(
      ({ actions, resources, conditions = {} }) =>
        new iam.PolicyStatement({ sid: "UseTheirKeys", actions: [...actions], resources: [...resources], conditions }),
    ),
  ];
}

function isUsed({ secrets }: StagePlan): (secret: string) => boolean {
  const used = new Set(secrets.filter(({ usedBy }) => usedBy.length > 0).map(({ key }) => key));
  return (secret) => used.has(secret);
}

interface Registry {
  readonly account: string;
  readonly region: string;
}

const ecrImage = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com\//;

/** The account's own registry, and those of other accounts or regions that the map's images come from. */
function registriesOf(stack: Stack, { services }: StagePlan): readonly Registry[] {
  const own = { account: stack.account, region: stack.region };
  const images = services.flatMap(({ image, behind }) => [image, ...(behind ? [behind.image] : [])]);
  const named = images.flatMap((image) => {
    const { account, region } = ecrImage.exec(image)?.groups ?? {};
    return account === undefined || region === undefined ? [] : [{ account, region }];
  });
  const registries = new Map([own, ...named].map((registry) => [`${registry.account}/${registry.region}`, registry]));
  return [...registries.values()];
}
