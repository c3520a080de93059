import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  RegisterTargetsCommand,
  waitUntilTargetInService,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { createSupervisor, openCloud } from "@mcp-fleet/endpoint";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { clientSettings } from "#start/fleet.ts";

/**
 * The fleet's balancer in front of one server on this machine, over HTTP: the suite sends a foreign `Host`, and over
 * TLS its client would check the certificate against that name instead of asking.
 */
export interface Balancer {
  readonly url: URL;
  stop(): Promise<void>;
}

export async function startBalancer(target: {
  readonly port: number;
  readonly healthPath: string;
  readonly idleTimeoutSeconds?: number;
}): Promise<Balancer> {
  const stateFolder = await mkdtemp(join(tmpdir(), "balancer-"));
  const supervisor = createSupervisor();
  const [https, http] = [await takePort(), await takePort()];
  const cloud = await openCloud({
    region: "us-east-1",
    account: "000000000000",
    ports: { endpoint: 0, https, http },
    projectRoot: stateFolder,
    stateFolder,
    supervisor,
    log: () => undefined,
  });
  const elb = new ElasticLoadBalancingV2Client(clientSettings(cloud));
  const { LoadBalancers: [balancer] = [] } = await elb.send(
    new CreateLoadBalancerCommand({ Name: "conformance", Subnets: ["subnet-1", "subnet-2"] }),
  );
  await elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: balancer?.LoadBalancerArn,
      Attributes: [{ Key: "idle_timeout.timeout_seconds", Value: String(target.idleTimeoutSeconds ?? 60) }],
    }),
  );
  const { TargetGroups: [group] = [] } = await elb.send(
    new CreateTargetGroupCommand({
      Name: "conformance",
      Protocol: "HTTP",
      Port: target.port,
      VpcId: "vpc-1",
      TargetType: "ip",
      HealthCheckPath: target.healthPath,
      Matcher: { HttpCode: "200-499" },
    }),
  );
  const TargetGroupArn = group?.TargetGroupArn;
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer?.LoadBalancerArn,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    }),
  );
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: target.port }] }));
  await waitUntilTargetInService({ client: elb, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TargetGroupArn });
  return {
    url: new URL(`http://localhost:${http}`),
    async stop() {
      await cloud.close();
      await supervisor.stopAll();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}
