import type { StagePlan } from "#fleet";
import { ecrImageOf } from "#preflight/ecr-image.ts";
import type { Account } from "./account.ts";
import { type Finding, listed } from "./finding.ts";
import { ledToOld } from "./records.ts";
import { type PlannedChange, resourcesOf, type TerraformFile } from "./terraform.ts";

/** What Terraform must forget, and not delete, before the old set-up goes; and what would stop it on the way. */
export function judgeLeftBehind(plan: StagePlan, file: TerraformFile, account: Account): readonly Finding[] {
  const stays = stayingIn(plan, file);
  const { changes } = file;
  const planned = (action: string) => changes.filter(({ actions }) => actions.includes(action));
  const deleted = planned("delete").filter(({ address }) => stays.includes(address));
  const again = changes.filter(isAgain);
  const findings: Finding[] = [];
  if (deleted.length > 0)
    findings.push({
      before: "destroy",
      verdict: "collides",
      evidence: `The plan deletes ${listed(deleted.map(({ address }) => address))}, which the stage uses.`,
      remedy: forget,
    });
  if (again.length > 0)
    findings.push({
      before: "destroy",
      verdict: "collides",
      evidence: `The plan makes ${listed(again.map(({ address }) => address))} anew, beside or over what is in use.`,
      remedy: `Do not apply it. \`terraform state rm\` without the change in the code leads here. ${forget}`,
    });
  const served = ledToOld(plan, file, account);
  if (
    served.length > 0 &&
    planned("delete").some(({ type, actions }) => serving.test(type) && !actions.includes("create"))
  )
    findings.push({
      before: "destroy",
      verdict: "collides",
      evidence: `The plan deletes what serves ${listed(served)}: Terraform's records have a weight above 0.`,
      remedy: "Give the stage's records weight 255 and Terraform's 0 first, and wait until nobody comes any more.",
    });
  const left = stays.filter(
    (address) => !changes.some((one) => one.address === address && one.actions.includes("forget")),
  );
  if (left.length > 0 && deleted.length === 0)
    findings.push({
      before: "destroy",
      verdict: "do",
      evidence: `Terraform has ${listed(left)}, which the stage uses, and would delete them with the rest.`,
      remedy: forget,
    });
  return [...findings, ...judgeObstacles(file, account)];
}

const forget =
  "In one commit, put a `data` source in place of each resource, and `removed { from = …, lifecycle { destroy = false } }` beside it (Terraform 1.7 or newer).";

const serving = /^aws_(?:lb|lb_listener|lb_listener_rule|lb_target_group|ecs_service|ecs_cluster)$/;

/** What holds values, or what the world knows by its name: made again, it is another one. */
const precious = /^aws_(?:route53_zone|secretsmanager_secret|secretsmanager_secret_version|sns_topic)$/;

function isAgain({ type, actions }: PlannedChange): boolean {
  return precious.test(type) && actions.some((action) => action === "create" || action === "update");
}

/** A certificate is renewed by the record that proved its name, which all of the account share. */
function stayingIn(plan: StagePlan, file: TerraformFile): readonly string[] {
  const { hostedZone, alarmTopic, secrets, network, services, serviceDomain } = plan;
  const adopted = new Set(secrets.flatMap(({ adoptedArn }) => adoptedArn ?? []));
  const repositories = new Set(services.flatMap(({ image }) => ecrImageOf(image)?.repositoryName ?? []));
  return [
    ...resourcesOf(file, "aws_route53_zone").filter(
      ({ values }) => hostedZone.kind === "adopt" && values.zone_id === hostedZone.id,
    ),
    ...resourcesOf(file, "aws_route53_record").filter(
      ({ values }) =>
        values.type === "CNAME" && values.fqdn.startsWith("_") && values.fqdn.endsWith(`.${serviceDomain}`),
    ),
    ...resourcesOf(file, "aws_sns_topic").filter(({ values }) => values.arn === alarmTopic.adoptedArn),
    ...resourcesOf(file, "aws_secretsmanager_secret").filter(({ values }) => adopted.has(values.arn)),
    ...resourcesOf(file, "aws_eip").filter(({ values }) => network.addresses.includes(values.id)),
    ...resourcesOf(file, "aws_ecr_repository").filter(({ values }) => repositories.has(values.name)),
  ].map(({ address }) => address);
}

function judgeObstacles(file: TerraformFile, { snapshots = [] }: Account): readonly Finding[] {
  const guarded = resourcesOf(file, "aws_lb").filter(({ values }) => values.enable_deletion_protection === true);
  return [
    ...(guarded.length === 0
      ? []
      : [
          {
            before: "destroy",
            verdict: "do",
            evidence: `${listed(guarded.map(({ values }) => values.name))} has deletion protection, which stops a destroy halfway.`,
            remedy: "Set enable_deletion_protection = false, and apply.",
          } as const,
        ]),
    ...(snapshots.length === 0
      ? []
      : [
          {
            before: "destroy",
            verdict: "do",
            evidence: `The snapshot ${listed(snapshots)} is there already, and Terraform would take a final one of that name.`,
            remedy: "Set another final_snapshot_identifier and apply; or delete it, if nobody needs it.",
          } as const,
        ]),
  ];
}
