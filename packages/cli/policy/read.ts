import { names, partitionOf, type StagePlan } from "#fleet";
import { beforehand } from "./deploy.ts";
import { allow, arnsOf, type Statement } from "./statement.ts";

/** `fleet status`, `logs`, `alarms list`, `secrets list`, `history`, `diff`, `doctor` and `console`. */
export function reading(plan: StagePlan): readonly Statement[] {
  const { stage, controls } = plan;
  const { of } = arnsOf(plan);
  const secrets = of("secretsmanager", `secret:${names.secretPrefix(stage)}*`);
  const stacks = of("cloudformation", `stack/${names.stacks(stage)}*/*`);
  return [
    allow("Describe", [
      "acm:ListCertificates",
      "application-autoscaling:DescribeScalingActivities",
      "cloudformation:DescribeStackDriftDetectionStatus",
      "cloudformation:DescribeStacks",
      "cloudwatch:DescribeAlarmHistory",
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetMetricData",
      "cloudwatch:GetMetricStatistics",
      "cloudwatch:ListMetrics",
      "ecs:DescribeTaskDefinition",
      "ecs:ListServices",
      "elasticache:DescribeReplicationGroups",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetHealth",
      // By itself it shows no value: that takes the right to each one of them.
      "secretsmanager:BatchGetSecretValue",
    ]),
    allow(
      "Stacks",
      ["DetectStackDrift", "DescribeStackResourceDrifts", "GetTemplate", "ListStackResources"].map(
        (action) => `cloudformation:${action}`,
      ),
      [stacks],
    ),
    // CloudFormation compares what exists with the caller's own rights. Without it, drift of these stays unknown.
    allow("Drift", [
      "ec2:Describe*",
      "iam:Get*",
      "iam:List*",
      "kms:Describe*",
      "kms:Get*",
      "lambda:Get*",
      "sns:Get*",
      "sqs:Get*",
      ...(controls.waf === undefined ? [] : ["wafv2:Get*"]),
      ...(controls.accessLogs === undefined ? [] : ["s3:GetBucket*", "s3:GetEncryption*", "s3:GetLifecycle*"]),
    ]),
    allow(
      "Tasks",
      ["ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListTasks"],
      ["service", "task", "container-instance"].map((kind) => of("ecs", `${kind}/${names.cluster(stage)}/*`)),
    ),
    allow(
      "Releases",
      ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
      ["service", "service-deployment", "service-revision"].map((kind) =>
        of("ecs", `${kind}/${names.cluster(stage)}/*`),
      ),
    ),
    allow(
      "Logs",
      ["logs:FilterLogEvents", "logs:GetLogEvents"],
      [names.logGroup(stage, "*"), `/aws/lambda/${names.function(stage, "*")}`].map((group) =>
        of("logs", `log-group:${group}`),
      ),
    ),
    allow("Secrets", ["secretsmanager:ListSecretVersionIds"], [secrets]),
    // For the doctor's checks of placeholders and Splunk, and `audit check`. Leave it out where reading must see no value.
    allow("SecretValues", ["secretsmanager:GetSecretValue"], [secrets]),
    allow(
      "Topic",
      ["sns:ListSubscriptionsByTopic"],
      [plan.alarmTopic.adoptedArn ?? of("sns", plan.alarmTopic.name), of("sns", `${plan.alarmTopic.name}-fallback`)],
    ),
    allow("AlarmQueue", ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"], [of("sqs", `${names.alarmQueue(stage)}*`)]),
    allow("TestAlarm", ["cloudwatch:SetAlarmState"], [of("cloudwatch", `alarm:${names.alarmRoad(stage)}`)]),
    allow(
      "Incidents",
      ["dynamodb:BatchGetItem", "dynamodb:Query"],
      [of("dynamodb", `table/${names.incidentTable(stage)}`)],
    ),
    allow("Probes", ["dynamodb:GetItem", "dynamodb:Query"], [of("dynamodb", `table/${names.probeTable(stage)}`)]),
    allow("MovedTags", ["ecr:DescribeImages"], [of("ecr", "repository/*")]),
    allow("Thresholds", ["ssm:GetParametersByPath"], [of("ssm", `parameter/mcp-fleet/${stage}/*`)]),
    ...useOfKeys(plan),
    ...beforehand(plan),
  ];
}

/** What a key of one's own encrypts, through the services that keep it. */
function useOfKeys(plan: StagePlan): readonly Statement[] {
  const { region, secrets } = plan;
  const { encryptionKey } = plan.controls;
  const keys = new Set(secrets.flatMap(({ kmsKeyArn }) => kmsKeyArn ?? []));
  if (encryptionKey?.kind === "adopt") keys.add(encryptionKey.arn);
  // The key that a stage makes has no name beforehand.
  if (encryptionKey?.kind === "create") keys.add(arnsOf(plan).of("kms", "key/*"));
  if (keys.size === 0) return [];
  const suffix = partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  const through = ["dynamodb", "secretsmanager"].map((service) => `${service}.${region}.${suffix}`);
  const Condition = { StringEquals: { "kms:ViaService": through } };
  return [allow("Decrypt", ["kms:Decrypt"], [...keys], { Condition })];
}
