import { names, type StagePlan } from "#fleet";
import { mailTopicOf } from "../alarms/audience.ts";
import { allow, arnsOf, type Statement } from "./statement.ts";

/** `fleet drill`. Of Redis it may delete its own copy alone. */
export function drilling(plan: StagePlan): readonly Statement[] {
  const { stage, chat } = plan;
  const { of, global } = arnsOf(plan);
  const inCluster = (...kinds: readonly string[]) =>
    kinds.map((kind) => of("ecs", `${kind}/${names.cluster(stage)}/*`));
  const [copy, snapshot] = ["replicationgroup", "snapshot"].map((kind) =>
    of("elasticache", `${kind}:${names.redisCopy(stage)}`),
  );
  const made = [copy ?? "", snapshot ?? ""];
  const mails = Object.entries(chat?.destinations ?? {}).flatMap(([name, { receiver }]) =>
    receiver === "email" ? mailTopicOf(plan, name) : [],
  );
  return [
    allow("Describe", [
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetMetricData",
      "ecs:DeregisterTaskDefinition",
      "ecs:DescribeTaskDefinition",
      "elasticache:DescribeCacheClusters",
      "elasticache:DescribeReplicationGroups",
      "elasticache:DescribeSnapshots",
      "elasticloadbalancing:DescribeTargetHealth",
    ]),
    allow(
      "Tasks",
      ["ecs:DescribeServices", "ecs:ListTasks", "ecs:StopTask", "ecs:UpdateService"],
      inCluster("service", "task", "container-instance"),
    ),
    allow(
      "Releases",
      ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
      inCluster("service", "service-deployment", "service-revision"),
    ),
    allow("Release", ["ecs:RegisterTaskDefinition"], [of("ecs", `task-definition/${names.taskFamily(stage, "*")}:*`)]),
    allow("Roles", ["iam:PassRole"], [global("iam", `role/${names.stacks(stage)}*`)], {
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    }),
    allow(
      "Secrets",
      ["DescribeSecret", "ListSecretVersionIds", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map(
        (action) => `secretsmanager:${action}`,
      ),
      [of("secretsmanager", `secret:${names.secretPrefix(stage)}*`)],
    ),
    allow("Alarm", ["cloudwatch:SetAlarmState"], [of("cloudwatch", `alarm:${names.alarmRoad(stage)}`)]),
    allow("Incidents", ["dynamodb:BatchGetItem"], [of("dynamodb", `table/${names.incidentTable(stage)}`)]),
    ...(mails.length === 0 ? [] : [allow("Mails", ["sns:ListSubscriptionsByTopic"], mails)]),
    allow(
      "Snapshot",
      ["elasticache:CreateSnapshot"],
      [snapshot ?? "", of("elasticache", `replicationgroup:${names.redis(stage)}`), of("elasticache", "cluster:*")],
    ),
    allow(
      "Copy",
      ["elasticache:CreateReplicationGroup"],
      [...made, of("elasticache", "subnetgroup:*"), of("elasticache", "parametergroup:*")],
    ),
    allow("DeleteCopy", ["elasticache:DeleteReplicationGroup", "elasticache:DeleteSnapshot"], made),
  ];
}
