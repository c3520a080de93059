import { alarmNames, names, type StagePlan } from "#fleet";
import { type Finding, listed } from "./finding.ts";
import { resourcesOf, type TerraformFile } from "./terraform.ts";

/** Names that both would have, where AWS knows each once. */
export function judgeNames(plan: StagePlan, file: TerraformFile): readonly Finding[] {
  const { stage, alarmTopic } = plan;
  const taken = takenIn(file);
  const both = [...new Set(namesOf(plan))].filter((name) => taken.has(name));
  const topic = resourcesOf(file, "aws_sns_topic").find(({ values }) => values.name === alarmTopic.name);
  const findings: Finding[] = [];
  if (both.length > 0)
    findings.push({
      before: "deploy",
      verdict: "collides",
      evidence: `Terraform has ${listed(both)}, which stage ${stage} would create.`,
      remedy: `Give the new set-up a stage of its own, such as live, in place of ${stage}: all names begin with the stage's.`,
    });
  if (topic !== undefined && alarmTopic.adoptedArn === undefined)
    findings.push({
      before: "deploy",
      verdict: "collides",
      evidence: `Terraform has the topic ${alarmTopic.name}, which stage ${stage} would create.`,
      remedy: `Name another, so that its subscribers get nothing new: stages.${stage}.alarmTopic: "${alarmTopic.name}-${stage}"; or adopt it: stages.${stage}.adopt.alarmTopicArn: "${topic.values.arn}".`,
    });
  return findings.length > 0
    ? findings
    : [{ before: "deploy", verdict: "ok", evidence: `No name of stage ${stage} is one of Terraform's.` }];
}

function namesOf({ stage, shards, services, secrets }: StagePlan): readonly string[] {
  return [
    names.cluster(stage),
    ...Array.from({ length: shards }, (_, at) => names.balancer(stage, at + 1)),
    ...(services.some(({ sessions }) => sessions) ? [names.redis(stage)] : []),
    ...secrets.filter(({ adoptedArn }) => adoptedArn === undefined).map(({ name }) => name),
    ...services.flatMap(({ key }) => [
      names.service(stage, key),
      names.targetGroup(stage, key),
      names.logGroup(stage, key),
      ...alarmNames.map((alarm) => names.alarm(stage, key, alarm)),
    ]),
  ];
}

function takenIn(file: TerraformFile): ReadonlySet<string> {
  const named = [
    ...resourcesOf(file, "aws_ecs_cluster"),
    ...resourcesOf(file, "aws_ecs_service"),
    ...resourcesOf(file, "aws_lb"),
    ...resourcesOf(file, "aws_lb_target_group"),
    ...resourcesOf(file, "aws_cloudwatch_log_group"),
    ...resourcesOf(file, "aws_secretsmanager_secret"),
  ].map(({ values }) => values.name);
  const groups = resourcesOf(file, "aws_elasticache_replication_group");
  const alarms = resourcesOf(file, "aws_cloudwatch_metric_alarm");
  return new Set([
    ...named,
    ...groups.map(({ values }) => values.replication_group_id),
    ...alarms.map(({ values }) => values.alarm_name),
  ]);
}
