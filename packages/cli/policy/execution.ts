import { names, type StagePlan } from "#fleet";
import { allow, arnsOf, type Statement } from "./statement.ts";

/** Services whose resources are in the stage's templates. They are created, so few of them have names beforehand. */
const services = [
  "acm",
  "application-autoscaling",
  "cloudwatch",
  "dynamodb",
  "ec2",
  "ecs",
  "elasticache",
  "elasticloadbalancing",
  "events",
  "kms",
  "lambda",
  "logs",
  "secretsmanager",
  "sns",
  "sqs",
];

/**
 * What CDK's execution role needs, which CloudFormation takes on, in place of AdministratorAccess:
 * `npx cdk bootstrap --cloudformation-execution-policies <its ARN>`. Roles are made and passed under the stage's names
 * alone, and those of SST's bootstrap.
 */
export function execution(plan: StagePlan): readonly Statement[] {
  const { of, global, open } = arnsOf(plan);
  const { account, region, controls } = plan;
  const { qualifier } = controls.bootstrap;
  const roles = [`${names.stacks(plan.stage)}*`, "SSTBootstrap-*"].map((name) => global("iam", `role/${name}`));
  return [
    allow(
      "Resources",
      [...services, ...(controls.waf === undefined ? [] : ["wafv2"])].map((service) => `${service}:*`),
      ["*"],
      {
        Condition: { StringEquals: { "aws:RequestedRegion": region } },
      },
    ),
    // Route 53 and IAM are in no region but us-east-1.
    allow("Zones", ["route53:*"]),
    allow(
      "Roles",
      [
        ...["CreateRole", "DeleteRole", "GetRole", "UpdateRole", "UpdateAssumeRolePolicy", "TagRole", "UntagRole"],
        ...["PutRolePolicy", "DeleteRolePolicy", "GetRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "PassRole"],
        ...(controls.permissionsBoundary === undefined
          ? []
          : ["PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"]),
      ].map((action) => `iam:${action}`),
      roles,
    ),
    allow("ServiceRoles", ["iam:CreateServiceLinkedRole"], [global("iam", "role/aws-service-role/*")]),
    allow("Assets", ["s3:GetObject"], [open("s3", `cdk-${qualifier}-assets-${account}-${region}/*`)]),
    ...(controls.accessLogs === undefined
      ? []
      : [allow("AccessLogs", ["s3:*"], [open("s3", `${names.stacks(plan.stage).toLowerCase()}balancer*`)])]),
    allow("MetadataBucket", ["s3:*"], [open("s3", "sstbootstrap-*")]),
    allow("BootstrapVersion", ["ssm:GetParameters"], [of("ssm", `parameter/cdk-bootstrap/${qualifier}/version`)]),
  ];
}
