import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { eachOf } from "#aws/batches.ts";
import { orMissing } from "../aws.ts";
import type { Stage } from "../stage.ts";
import type { EcsService, TargetFacts } from "./facts.ts";

/**
 * A balancer tells of one target group a call, and AWS allows an account forty such calls at once, and ten a second:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
 */
const askedAtMost = 40;

/**
 * The targets of each service, by its key. Of more than forty, those are asked that ECS does not find steady or that
 * something speaks against, then those with tasks: ECS replaces a task that its balancer finds unhealthy, and alarms
 * watch the rest.
 *
 * @param doubted keys of services that something speaks against
 */
export async function readTargets(
  { aws }: Pick<Stage, "aws">,
  services: ReadonlyMap<string, EcsService>,
  doubted: ReadonlySet<string> = new Set(),
): Promise<ReadonlyMap<string, readonly TargetFacts[] | undefined>> {
  const client = aws.client(ElasticLoadBalancingV2Client);
  const behind = [...services].filter(([, { targetGroup }]) => targetGroup !== undefined);
  const urgency = ([key, service]: (typeof behind)[number]) =>
    doubted.has(key) || !isAtRest(service) ? 2 : service.desired > 0 ? 1 : 0;
  const asked = new Set(behind.toSorted((a, b) => urgency(b) - urgency(a)).slice(0, askedAtMost));
  const found = await eachOf(behind, async (one) => {
    const [key, { targetGroup: TargetGroupArn }] = one;
    if (!asked.has(one)) return [key, undefined] as const;
    const call = client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    const answer = await orMissing(call, "TargetGroupNotFoundException", "TargetGroupNotFound");
    const targets = (answer?.TargetHealthDescriptions ?? []).map(
      ({ Target, TargetHealth }): TargetFacts => ({
        id: `${Target?.Id}:${Target?.Port}`,
        state: TargetHealth?.State ?? "unknown",
        reason: TargetHealth?.Description ?? TargetHealth?.Reason,
      }),
    );
    return [key, targets] as const;
  });
  const none = [...services.keys()].map((key): readonly [string, readonly TargetFacts[]] => [key, []]);
  return new Map([...none, ...found]);
}

function isAtRest({ desired, running, pending, deployments, undone }: EcsService): boolean {
  const [deployment, ...others] = deployments;
  const isComplete = others.length === 0 && deployment?.state === "COMPLETED";
  return running === desired && pending === 0 && isComplete && undone === undefined;
}
