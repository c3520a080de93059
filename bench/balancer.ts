import {
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  waitUntilTargetInService,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { names, type StagePlan } from "#fleet";
import { compareLoad, type Load, type Subject } from "./load.ts";
import { start, toolCall } from "./starter.ts";

export interface Way {
  readonly balancer: Load;
  readonly direct: Load;
  /** Requests a second through the balancer, of those directly. */
  readonly rate: number;
  /** The 99th percentile through the balancer, of that directly; both in whole milliseconds, 1 at least. */
  readonly p99: number;
}

export interface BalancerFigures {
  /** The health route of a server, over HTTP directly: the client encrypts on one way only. */
  readonly health: Way;
  /** A fixed answer, over HTTPS on both ways. */
  readonly encrypted: Way;
  /** A tool call, over HTTP directly. */
  readonly call: Way;
}

/** The server of the calls answers to addresses of this machine alone. */
const hosts = { fixed: "fixed.bench.localhost", call: "127.0.0.1" };

/** Both ways in each round, so that the machine's moods meet both. */
export async function benchBalancer(
  elb: ElasticLoadBalancingV2Client,
  plan: StagePlan,
  httpsPort: number,
): Promise<BalancerFigures> {
  const service = plan.services.find(({ key }) => key === plan.oauth?.owner);
  if (service === undefined) throw new Error("The stage has no service to measure.");
  const { TargetGroups: [group] = [] } = await elb.send(
    new DescribeTargetGroupsCommand({ Names: [names.targetGroup(plan.stage, service.key)] }),
  );
  const { Listeners = [] } = await elb.send(
    new DescribeListenersCommand({ LoadBalancerArn: group?.LoadBalancerArns?.[0] }),
  );
  const listener = Listeners.find(({ Protocol }) => Protocol === "HTTPS")?.ListenerArn;
  const fixed = await start("./fixed-answer.ts", {});
  const starter = await start("../packages/starter/main.ts", {});
  try {
    await serveAt(elb, listener, hosts.fixed, { port: fixed.port, priority: 49_001 });
    await serveAt(elb, listener, hosts.call, { port: starter.port, priority: 49_002 });
    const entrance = `https://127.0.0.1:${httpsPort}`;
    return {
      health: await compare({ url: `${entrance}/health` }, { url: `http://127.0.0.1:${starter.port}/health` }),
      encrypted: await compare(
        { url: entrance, headers: { host: hosts.fixed } },
        { url: `https://127.0.0.1:${fixed.tls}` },
      ),
      call: await compare(
        { url: `${entrance}/mcp`, ...toolCall },
        { url: `http://127.0.0.1:${starter.port}/mcp`, ...toolCall },
      ),
    };
  } finally {
    await Promise.all([fixed.stop(), starter.stop()]);
  }
}

async function serveAt(
  elb: ElasticLoadBalancingV2Client,
  ListenerArn: string | undefined,
  host: string,
  { port, priority }: { readonly port: number; readonly priority: number },
): Promise<void> {
  const { TargetGroups: [group] = [] } = await elb.send(
    new CreateTargetGroupCommand({
      Name: `bench-${priority}`,
      Protocol: "HTTP",
      Port: port,
      VpcId: "vpc-bench",
      TargetType: "ip",
      HealthCheckPath: "/health",
    }),
  );
  const TargetGroupArn = group?.TargetGroupArn;
  await elb.send(
    new CreateRuleCommand({
      ListenerArn,
      Priority: priority,
      Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: [host] } }],
      Actions: [{ Type: "forward", TargetGroupArn }],
    }),
  );
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] }));
  await waitUntilTargetInService({ client: elb, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TargetGroupArn });
}

async function compare(through: Subject, directly: Subject): Promise<Way> {
  const [balancer, direct] = await compareLoad(through, directly);
  return {
    balancer,
    direct,
    rate: Number((balancer.requestsPerSecond / direct.requestsPerSecond).toFixed(2)),
    p99: Number((Math.max(1, balancer.p99Ms) / Math.max(1, direct.p99Ms)).toFixed(1)),
  };
}
