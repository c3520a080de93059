import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
  type Rule,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { names } from "#fleet";
import type { Stage } from "../stage.ts";

/** The way to a service as the balancer has it. */
export interface Route {
  readonly hosts: readonly string[];
  readonly health: { readonly path: string | undefined; readonly codes: string | undefined };
}

/** By the service's key; those of services that are not there are absent. */
export type Routes = Readonly<Record<string, Route>>;

export async function readRoutes({ aws, plan }: Stage): Promise<Routes> {
  const client = aws.client(ElasticLoadBalancingV2Client);
  const keys = new Map(plan.services.map(({ key }) => [names.targetGroup(plan.stage, key), key]));
  const groups: TargetGroup[] = [];
  for await (const { TargetGroups = [] } of paginateDescribeTargetGroups({ client }, {}))
    groups.push(...TargetGroups.filter(({ TargetGroupName = "" }) => keys.has(TargetGroupName)));
  const balancers = [...new Set(groups.flatMap(({ LoadBalancerArns = [] }) => LoadBalancerArns))];
  const rules = (await Promise.all(balancers.map((arn) => readRules(client, arn)))).flat();
  return Object.fromEntries(groups.map((group) => [keys.get(group.TargetGroupName ?? ""), routeOf(group, rules)]));
}

async function readRules(client: ElasticLoadBalancingV2Client, LoadBalancerArn: string): Promise<readonly Rule[]> {
  const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const rules: Rule[] = [];
  for (const { ListenerArn } of Listeners)
    for await (const { Rules = [] } of paginateDescribeRules({ client }, { ListenerArn })) rules.push(...Rules);
  return rules;
}

function routeOf({ TargetGroupArn, HealthCheckPath: path, Matcher }: TargetGroup, rules: readonly Rule[]): Route {
  const leading = rules.filter(({ Actions = [] }) =>
    Actions.some((action) => action.TargetGroupArn === TargetGroupArn),
  );
  const hosts = leading.flatMap(({ Conditions = [] }) =>
    Conditions.flatMap(({ HostHeaderConfig }) => HostHeaderConfig?.Values ?? []),
  );
  return { hosts, health: { path, codes: Matcher?.HttpCode } };
}
