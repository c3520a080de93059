import { names, type StagePlan } from "#fleet";
import { allow, arnsOf, type Statement } from "./statement.ts";

/**
 * A deploy, a change, a removal. SST calls CloudFormation, S3 and SSM itself; CDK's bootstrap roles upload what is
 * deployed, and the execution role, which CloudFormation takes on, makes the resources.
 */
export function laterDeploy(plan: StagePlan): readonly Statement[] {
  const { account, region, stage } = plan;
  const { qualifier, stack: bootstrap } = plan.controls.bootstrap;
  const { of, global, open } = arnsOf(plan);
  const role = (name: string) => global("iam", `role/cdk-${qualifier}-${name}-role-${account}-${region}`);
  const stacks = of("cloudformation", `stack/${names.stacks(stage)}*/*`);
  return [
    allow(
      "Stacks",
      ["CreateStack", "UpdateStack", "DeleteStack", "GetTemplate", "DescribeStackEvents", "ListStackResources"].map(
        (action) => `cloudformation:${action}`,
      ),
      [stacks],
    ),
    allow(
      "ReadStacks",
      ["cloudformation:DescribeStacks", "cloudformation:DescribeStackResources"],
      [stacks, of("cloudformation", `stack/${bootstrap}/*`), of("cloudformation", "stack/SSTBootstrap/*")],
    ),
    allow("ListStacks", ["cloudformation:ListStacks", "cloudformation:ListImports"]),
    allow("PassExecutionRole", ["iam:PassRole"], [role("cfn-exec")], {
      Condition: { StringEquals: { "iam:PassedToService": "cloudformation.amazonaws.com" } },
    }),
    allow("BootstrapRoles", ["sts:AssumeRole"], [role("deploy"), role("file-publishing")]),
    allow(
      "StageMetadata",
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      [open("s3", `sstbootstrap-*/appMetadata/app.mcp-fleet/stage.${stage}.json`)],
      { Condition: { StringEquals: { "s3:ResourceAccount": account } } },
    ),
    allow(
      "Thresholds",
      ["ssm:GetParametersByPath"],
      [of("ssm", `parameter${names.thresholds(stage, "").replace(/\/$/, "*")}`)],
    ),
    ...beforehand(plan),
    allow("UndoneReleases", ["cloudwatch:DescribeAlarms"], [of("cloudwatch", `alarm:${names.alarm(stage, "*", "*")}`)]),
    allow(
      "FailedStarts",
      ["ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListTasks", "logs:GetLogEvents"],
      [
        of("ecs", `service/${names.cluster(stage)}/*`),
        of("ecs", `task/${names.cluster(stage)}/*`),
        of("ecs", `container-instance/${names.cluster(stage)}/*`),
        of("logs", `log-group:${names.logGroup(stage, "*")}`),
      ],
    ),
  ];
}

/** What is asked before a deploy, and by the doctor: without one of these, its question is skipped with a word. */
export function beforehand(plan: StagePlan): readonly Statement[] {
  const { of, open } = arnsOf(plan);
  return [
    allow("AskImages", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [of("ecr", "repository/*")]),
    allow(
      "AskSecrets",
      ["secretsmanager:DescribeSecret"],
      [of("secretsmanager", `secret:${names.secretPrefix(plan.stage)}*`)],
    ),
    allow("ListSecrets", ["secretsmanager:ListSecrets"]),
    allow("AskZones", ["route53:GetHostedZone"], [open("route53", "hostedzone/*")]),
    allow("AskNetwork", [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeSubnets",
      ...(plan.network.adopted === undefined ? [] : ["ec2:DescribeRouteTables", "ec2:DescribeVpcs"]),
    ]),
    ...(plan.redis.snapshot === undefined ? [] : [allow("AskSnapshot", ["elasticache:DescribeSnapshots"])]),
    ...askKey(plan),
    allow("AskQuotas", [
      "route53:ListHostedZonesByName",
      "lambda:GetAccountSettings",
      "ec2:DescribeAddresses",
      "ec2:DescribeAccountAttributes",
      "elasticloadbalancing:DescribeAccountLimits",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeTargetGroups",
    ]),
  ];
}

function askKey({ controls: { encryptionKey } }: StagePlan): readonly Statement[] {
  return encryptionKey?.kind === "adopt"
    ? [allow("AskKey", ["kms:DescribeKey", "kms:GetKeyPolicy"], [encryptionKey.arn])]
    : [];
}

/** The first deploy into an account and region: `cdk bootstrap` makes its stack with the caller's own rights. */
export function firstDeploy(plan: StagePlan): readonly Statement[] {
  const { account, region } = plan;
  const { qualifier, stack: bootstrap } = plan.controls.bootstrap;
  const { of, global, open } = arnsOf(plan);
  return [
    ...laterDeploy(plan),
    allow(
      "Bootstrap",
      [
        "CreateChangeSet",
        "DescribeChangeSet",
        "ExecuteChangeSet",
        "DeleteChangeSet",
        "DescribeStackEvents",
        "GetTemplate",
      ].map((action) => `cloudformation:${action}`),
      [of("cloudformation", `stack/${bootstrap}/*`)],
    ),
    allow(
      "BootstrapOfSst",
      ["cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:DescribeStackEvents"],
      [of("cloudformation", "stack/SSTBootstrap/*")],
    ),
    allow(
      "BootstrapBucket",
      [
        "CreateBucket",
        "PutBucketPolicy",
        "PutBucketPublicAccessBlock",
        "PutBucketVersioning",
        "PutEncryptionConfiguration",
        "PutLifecycleConfiguration",
      ].map((action) => `s3:${action}`),
      [open("s3", `cdk-${qualifier}-assets-${account}-${region}`)],
    ),
    allow(
      "BootstrapRepository",
      [
        "CreateRepository",
        "DescribeRepositories",
        "PutLifecyclePolicy",
        "PutImageTagMutability",
        "SetRepositoryPolicy",
      ].map((action) => `ecr:${action}`),
      [of("ecr", `repository/cdk-${qualifier}-container-assets-${account}-${region}`)],
    ),
    allow(
      "BootstrapRolesMade",
      [
        ...["CreateRole", "GetRole", "GetRolePolicy", "PutRolePolicy", "AttachRolePolicy", "TagRole"],
        ...(plan.controls.permissionsBoundary === undefined ? [] : ["PutRolePermissionsBoundary"]),
      ].map((action) => `iam:${action}`),
      [global("iam", `role/cdk-${qualifier}-*`)],
    ),
    allow(
      "BootstrapVersion",
      ["ssm:PutParameter", "ssm:GetParameter", "ssm:GetParameters"],
      [of("ssm", `parameter/cdk-bootstrap/${qualifier}/version`)],
    ),
  ];
}
