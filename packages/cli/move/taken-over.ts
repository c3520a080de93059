import type { StagePlan } from "#fleet";
import { type Account, zoneIdOf } from "./account.ts";
import { type Finding, listed } from "./finding.ts";
import { resourcesOf, type TerraformFile } from "./terraform.ts";

/** What of the old set-up the stage takes over: the zone, secrets, the topic, logins and addresses. */
export function judgeTakenOver(plan: StagePlan, file: TerraformFile, account: Account): readonly Finding[] {
  return [
    ...judgeZone(plan, file),
    ...judgeSecrets(plan, file),
    ...judgeTopics(plan, file, account),
    ...judgeRedis(plan, file, account),
    ...judgeAddresses(plan, file, account),
  ];
}

/** A zone that would be created beside the one that is there is asked for by every deploy. */
function judgeZone(plan: StagePlan, file: TerraformFile): readonly Finding[] {
  const { stage, hostedZone } = plan;
  const zones = resourcesOf(file, "aws_route53_zone");
  const id = zoneIdOf(plan, file);
  const zone = zones.find(({ values }) => values.zone_id === id)?.values;
  if (zone === undefined || id === undefined) return [];
  if (hostedZone.kind === "adopt")
    return [
      { before: "deploy", verdict: "ok", evidence: `The stage's names are in Terraform's zone ${id}, ${zone.name}.` },
    ];
  return [
    {
      before: "deploy",
      verdict: "collides",
      evidence: `The names of ${stage} are in Terraform's zone ${id}, ${zone.name}; a second zone of that name would answer nobody, or everybody.`,
      remedy: `stages.${stage}.adopt.hostedZone: { id: "${id}", name: "${zone.name.replace(/\.$/, "")}" }`,
    },
  ];
}

/** By their last word, as in `/prod/mcp/splunk`. */
function judgeSecrets({ stage, secrets }: StagePlan, file: TerraformFile): readonly Finding[] {
  return resourcesOf(file, "aws_secretsmanager_secret").flatMap(({ values: { name, arn } }): readonly Finding[] => {
    const own = secrets.find(({ key }) => key === name.split("/").at(-1));
    if (own === undefined) return [];
    if (own.adoptedArn === arn)
      return [{ before: "deploy", verdict: "ok", evidence: `The stage uses Terraform's secret ${name}.` }];
    if (own.name === name)
      return [
        {
          before: "deploy",
          verdict: "adopt",
          evidence: `The stage would use Terraform's secret ${name}, were it adopted.`,
          remedy: `stages.${stage}.adopt.secrets: { "${own.key}": "${arn}" }`,
        },
      ];
    const keys = Object.keys(own.keys);
    return [
      {
        before: "switch",
        verdict: "do",
        evidence: `The stage reads ${own.name}, and Terraform's containers ${name}.`,
        remedy: `Copy the values of ${keys.join(" and ")}: ./fleet secrets set ${own.key} --from-file - --stage ${stage}. Rotate neither until the old set-up is gone: both use the same values.`,
      },
    ];
  });
}

function judgeTopics({ stage, alarmTopic }: StagePlan, file: TerraformFile, account: Account): readonly Finding[] {
  return resourcesOf(file, "aws_sns_topic").map(({ values: { name, arn } }): Finding => {
    const kinds = account.subscribers.get(arn) ?? [];
    const who = kinds.length === 0 ? "no known subscribers" : `subscribers (${kinds.join(", ")})`;
    return alarmTopic.adoptedArn === arn
      ? {
          before: "switch",
          verdict: "do",
          evidence: `${name} has ${who}, who get rotation notices and the doctor's daily test from now on.`,
          remedy: `Tell them; or give the stage a topic of its own: stages.${stage}.alarmTopic in place of adopt.alarmTopicArn.`,
        }
      : {
          before: "switch",
          verdict: "do",
          evidence: `${name} has ${who}, and alarms of ${stage} go to ${alarmTopic.name}.`,
          remedy: `Subscribe whom they are for, set the chat's secret, and send ./fleet alarms test --stage ${stage}.`,
        };
  });
}

function judgeRedis(
  { stage, redis, services }: StagePlan,
  file: TerraformFile,
  { standing }: Account,
): readonly Finding[] {
  if (!services.some(({ sessions }) => sessions)) return [];
  return resourcesOf(file, "aws_elasticache_replication_group").flatMap(({ values }): readonly Finding[] => {
    const { replication_group_id: id, node_type, num_cache_clusters } = values;
    const has = `${num_cache_clusters ?? 1} × ${node_type ?? redis.nodeType}`;
    const gets = `${redis.nodes} × ${redis.nodeType}`;
    const size: Finding = {
      before: "deploy",
      verdict: "differs",
      evidence: `${id} is ${has}, and the stage's Redis ${gets}.`,
      remedy: `If that is not meant: stages.${stage}.redis: { nodes: ${num_cache_clusters ?? 1}, nodeType: "${node_type}" }`,
    };
    const sizes = has === gets ? [] : [size];
    if (redis.snapshot !== undefined)
      return [
        ...sizes,
        { before: "deploy", verdict: "ok", evidence: `The stage's Redis begins with ${redis.snapshot}.` },
      ];
    if (standing?.redisNodes !== undefined) return sizes;
    return [
      ...sizes,
      {
        before: "deploy",
        verdict: "adopt",
        evidence: `${id} has everybody's login and every client's registration, and the stage's Redis would begin with none: people log in again, and some clients must add their connector anew.`,
        remedy: `aws elasticache create-snapshot --replication-group-id ${id} --snapshot-name before-the-move, then stages.${stage}.adopt.redisSnapshot: "before-the-move"`,
      },
    ];
  });
}

/** Those of NAT gateways: whoever lets the tasks in by their address must know the new ones. */
function judgeAddresses({ stage, network }: StagePlan, file: TerraformFile, account: Account): readonly Finding[] {
  const ids = resourcesOf(file, "aws_nat_gateway").map(({ values }) => values.allocation_id);
  const old = resourcesOf(file, "aws_eip").filter(({ values }) => ids.includes(values.id));
  if (old.length === 0 || network.adopted !== undefined) return [];
  const addresses = listed(old.map(({ values }) => values.public_ip));
  if (old.every(({ values }) => network.addresses.includes(values.id)))
    return [{ before: "deploy", verdict: "ok", evidence: `Tasks of ${stage} go out by Terraform's ${addresses}.` }];
  const own = account.addresses ?? [];
  const others = own.length === 0 ? "addresses that its deploy makes" : listed(own);
  return [
    {
      before: "switch",
      verdict: "do",
      evidence: `Terraform's tasks go out by ${addresses}, and those of ${stage} by ${others}.`,
      remedy: `Add the new ones wherever the old are let in, as on Splunk's allow list. To keep the old: once Terraform's gateways are gone and its addresses are not, stages.${stage}.adopt.addresses: ${JSON.stringify(old.map(({ values }) => values.id))}`,
    },
  ];
}
