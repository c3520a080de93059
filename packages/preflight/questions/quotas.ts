import { DescribeAccountAttributesCommand, DescribeAddressesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeAccountLimitsCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { readStack } from "../deployed.ts";
import type { Obstacle, Question, Site } from "../question.ts";

export interface Quota {
  readonly what: string;
  readonly used: number;
  readonly wanted: number;
  readonly limit: number;
}

/** What the first deploy creates several of. How many VPCs an account may have, only Service Quotas says. */
export const quotas: Question = {
  about: "whether the quotas for addresses, balancers and target groups suffice",
  async ask(site) {
    if ((await readStack(site, "Services")) !== undefined) return [];
    const addresses = (await readStack(site, "Network")) === undefined ? [await readAddresses(site)] : [];
    return judgeQuotas(site.plan.region, [...addresses, ...(await readBalancing(site))]);
  },
};

export function judgeQuotas(region: string, quotas: readonly Quota[]): readonly Obstacle[] {
  return quotas
    .filter(({ used, wanted, limit }) => used + wanted > limit)
    .map(({ what, used, wanted, limit }) => ({
      evidence: `${region} has ${used} ${what} of ${limit} that the account may have, and the stage needs ${wanted}.`,
      remedy: "Raise the quota in Service Quotas, or release some that nobody uses.",
    }));
}

async function readAddresses({ plan, aws }: Site): Promise<Quota> {
  const client = aws.client(EC2Client);
  const [{ Addresses = [] }, { AccountAttributes = [] }] = await Promise.all([
    client.send(new DescribeAddressesCommand({})),
    client.send(new DescribeAccountAttributesCommand({})),
  ]);
  const most = AccountAttributes.find(({ AttributeName }) => AttributeName === "vpc-max-elastic-ips");
  const limit = Number(most?.AttributeValues?.[0]?.AttributeValue ?? Number.POSITIVE_INFINITY);
  return {
    what: "Elastic IP addresses",
    used: Addresses.length,
    wanted: plan.network.natGateways - plan.network.addresses.length,
    limit,
  };
}

async function readBalancing({ plan, aws }: Site): Promise<readonly Quota[]> {
  const client = aws.client(ElasticLoadBalancingV2Client);
  const { Limits = [] } = await client.send(new DescribeAccountLimitsCommand({}));
  const limitOf = (name: string) =>
    Number(Limits.find((limit) => limit.Name === name)?.Max ?? Number.POSITIVE_INFINITY);
  let balancers = 0;
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {}))
    balancers += LoadBalancers.filter(({ Type }) => Type === "application").length;
  let groups = 0;
  for await (const { TargetGroups = [] } of paginateDescribeTargetGroups({ client }, {})) groups += TargetGroups.length;
  return [
    { what: "balancers", used: balancers, wanted: plan.shards, limit: limitOf("application-load-balancers") },
    { what: "target groups", used: groups, wanted: plan.services.length, limit: limitOf("target-groups") },
  ];
}
