import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { names } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { idleVariable } from "#fleet/timing.ts";
import { orMissing } from "../../aws.ts";
import type { Stage } from "../../stage.ts";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Examination, type Finding, skipped, warning } from "../check.ts";

const daySeconds = 86_400;

/**
 * A target has to keep idle connections for longer than its balancer: one that closes first loses the request that is
 * on its way, which the balancer answers with 502.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 */
export const idleConnections: Check = {
  id: "idle-connections",
  ok: "The balancers keep idle connections as the map says, and lost no request to a target that closed one.",
  async look(examination) {
    const { stage } = examination;
    const shards = Array.from({ length: stage.plan.shards }, (_, index) => index + 1);
    const balancers = await Promise.all(
      shards.map((shard) => lookAt(examination, names.balancer(stage.plan.stage, shard))),
    );
    // On AWS, only the balancer reaches a task.
    const targets =
      stage.plan.runsOn === "loopback" ? (await examination.services).map((facts) => measure(stage, facts)) : [];
    return [...balancers, ...(await Promise.all(targets))].flat();
  },
};

async function lookAt({ stage, now }: Examination, name: string): Promise<readonly Finding[]> {
  const client = stage.aws.client(ElasticLoadBalancingV2Client);
  const command = new DescribeLoadBalancersCommand({ Names: [name] });
  const found = await orMissing(client.send(command), "LoadBalancerNotFoundException");
  const balancer = found?.LoadBalancers?.[0];
  if (balancer === undefined) return [skipped(`There is no balancer ${name} yet.`, howToDeploy(stage.plan))];
  const [seconds, lost] = await Promise.all([readSeconds(client, balancer), countLost(stage, balancer, now())]);
  return judgeBalancer(stage.plan, name, { seconds, lost });
}

/** @param is as the balancer has it; `lost`: its own 502s of a day */
export function judgeBalancer(
  plan: Stage["plan"],
  name: string,
  is: { readonly seconds: number; readonly lost: number },
): readonly Finding[] {
  const { stage, network } = plan;
  const { idleTimeoutSeconds } = network;
  const findings: Finding[] = [];
  if (is.seconds !== idleTimeoutSeconds)
    findings.push(
      warning(
        `${name} keeps idle connections for ${is.seconds} s, and the map says ${idleTimeoutSeconds} s.`,
        `${howToDeploy(plan)}, or change stages.${stage}.network.idleTimeoutSeconds`,
      ),
    );
  if (is.lost > 0)
    findings.push(
      warning(
        `${name} answered ${is.lost} requests with a 502 of its own within a day: targets closed the connection.`,
        `Either a task ended, or it keeps idle connections for less than ${is.seconds} s. ${remedy}`,
      ),
    );
  return findings;
}

async function readSeconds(client: ElasticLoadBalancingV2Client, { LoadBalancerArn }: LoadBalancer): Promise<number> {
  const { Attributes } = await client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  return Number(Attributes?.find(({ Key }) => Key === "idle_timeout.timeout_seconds")?.Value);
}

async function countLost({ aws }: Stage, { LoadBalancerArn = "" }: LoadBalancer, now: number): Promise<number> {
  const { Datapoints = [] } = await aws.client(CloudWatchClient).send(
    new GetMetricStatisticsCommand({
      Namespace: "AWS/ApplicationELB",
      MetricName: "HTTPCode_ELB_502_Count",
      Dimensions: [{ Name: "LoadBalancer", Value: LoadBalancerArn.split(":loadbalancer/")[1] }],
      StartTime: new Date(now - daySeconds * 1_000),
      EndTime: new Date(now),
      Period: daySeconds,
      Statistics: ["Sum"],
    }),
  );
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
}

/** What a task says of its own patience: Node's servers do, in each answer. */
async function measure({ plan: { network } }: Stage, { plan, targets }: ServiceFacts): Promise<readonly Finding[]> {
  const target = targets?.find(({ state }) => state === "healthy");
  if (target === undefined) return [];
  const answer = await fetch(`http://${target.id}${plan.health.path}`).catch(() => undefined);
  await answer?.body?.cancel();
  return judgeTarget(plan.key, answer?.headers.get("keep-alive") ?? "", network.idleTimeoutSeconds);
}

/** @param keepAlive the header, such as `timeout=5` */
export function judgeTarget(key: string, keepAlive: string, idleTimeoutSeconds: number): readonly Finding[] {
  const seconds = /timeout=(\d+)/.exec(keepAlive)?.[1];
  if (seconds === undefined || Number(seconds) > idleTimeoutSeconds) return [];
  return [
    warning(
      `${key} keeps idle connections for ${seconds} s, and its balancer for ${idleTimeoutSeconds} s: a request that crosses the end of one is answered with 502.`,
      remedy,
    ),
  ];
}

const remedy = `Keep them for longer than ${idleVariable}: server.keepAliveTimeout in Node, --timeout-keep-alive in uvicorn.`;
