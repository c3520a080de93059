import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { eachOf } from "#console/reading/each.ts";
import { names, type ServicePlan } from "#fleet";
import { orMissing } from "../aws.ts";
import type { Stage } from "../stage.ts";
import type { TargetFacts } from "./facts.ts";

/** DescribeTargetGroups takes twenty names; beyond that the account's are read page by page. */
const nameLimit = 20;

/**
 * The targets of each service, by its key: one call for each that has a target group, as AWS gives the health of one
 * at a time. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
 */
export async function readTargets(
  stage: Stage,
  services: readonly ServicePlan[],
): Promise<ReadonlyMap<string, readonly TargetFacts[]>> {
  const client = stage.aws.client(ElasticLoadBalancingV2Client);
  const arns = await findGroups(stage, services);
  const found = await eachOf(
    services.flatMap(({ key }) => arns.get(key) ?? []),
    async (TargetGroupArn) => {
      const { TargetHealthDescriptions = [] } = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      const targets = TargetHealthDescriptions.map(
        ({ Target, TargetHealth }): TargetFacts => ({
          id: `${Target?.Id}:${Target?.Port}`,
          state: TargetHealth?.State ?? "unknown",
          reason: TargetHealth?.Description ?? TargetHealth?.Reason,
        }),
      );
      return [TargetGroupArn, targets] as const;
    },
  );
  const byArn = new Map(found);
  return new Map([...arns].map(([key, arn]) => [key, byArn.get(arn) ?? []]));
}

/** Arns by the services' keys. */
async function findGroups(
  { plan, aws }: Stage,
  services: readonly ServicePlan[],
): Promise<ReadonlyMap<string, string>> {
  const keys = new Map(services.map(({ key }) => [names.targetGroup(plan.stage, key), key]));
  const client = aws.client(ElasticLoadBalancingV2Client);
  const found = new Map<string, string>();
  const collect = async (input: { Names?: string[] }) => {
    for await (const { TargetGroups = [] } of paginateDescribeTargetGroups({ client }, input))
      for (const { TargetGroupName = "", TargetGroupArn } of TargetGroups) {
        const key = keys.get(TargetGroupName);
        if (key !== undefined && TargetGroupArn !== undefined) found.set(key, TargetGroupArn);
      }
  };
  // With names, AWS answers for none of them where one is missing.
  const known =
    keys.size > nameLimit
      ? undefined
      : await orMissing(
          collect({ Names: [...keys.keys()] }).then(() => true),
          "TargetGroupNotFoundException",
          "TargetGroupNotFound",
        );
  if (known === undefined) await collect({});
  return found;
}
