import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import fleetMap from "#config";
import { names, planStage, type StagePlan } from "#fleet";
import { bringUp } from "#local/start/bring-up.ts";
import { runSst } from "#local/start/deployment.ts";
import { clientSettings, type LocalFleet } from "#local/start/fleet.ts";
import { choosePort } from "#local/start/free-port.ts";
import { createSteps } from "#local/start/steps.ts";
import { compareLoad, type Load } from "./load.ts";

export interface FleetFigures {
  /** From nothing to all services healthy and holding their credentials, packages being installed. */
  readonly startUpMs: number;
  readonly firstDeployMs: number;
  /** A deploy of the same map again: nothing changes. */
  readonly secondDeployMs: number;
  /** Resident memory of the process that holds the endpoint, the balancer and the doubles, after the load. */
  readonly endpointMemoryMb: number;
  /** The health route of one service, through the HTTPS balancer and directly, in turn. */
  readonly balancer: Load;
  readonly direct: Load;
}

const projectRoot = fileURLToPath(new URL("..", import.meta.url));

/** Brings up the whole fleet once, as `npm start` does, and measures it. */
export async function benchFleet(): Promise<FleetFigures> {
  const ports = { endpoint: 0, https: await choosePort(0), http: await choosePort(0) };
  const plan = planStage(fleetMap, "local", { httpsPort: ports.https });
  const steps = createSteps(() => undefined);
  const began = performance.now();
  const fleet = await bringUp({
    plan,
    projectRoot,
    ports,
    steps,
    print: () => undefined,
    stop: new AbortController().signal,
  });
  const startUpMs = Math.round(performance.now() - began);
  try {
    const secondDeployMs = await deployAgain(fleet, plan, ports.https);
    const { balancer, direct } = await compare(fleet, plan, ports.https);
    return {
      startUpMs,
      firstDeployMs: steps.all.find(({ id }) => id === "deploy")?.ms ?? 0,
      secondDeployMs,
      endpointMemoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      balancer,
      direct,
    };
  } finally {
    await fleet.close();
  }
}

async function deployAgain({ cloud, supervisor }: LocalFleet, plan: StagePlan, httpsPort: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const began = performance.now();
  const { code, lines } = await runSst("deploy", {
    project: projectRoot,
    stage: plan.stage,
    endpointUrl: cloud.place.endpointUrl,
    region: plan.region,
    httpsPort,
    logFile: join(folder, "deploy.log"),
    supervisor,
  });
  const ms = Math.round(performance.now() - began);
  await rm(folder, { recursive: true });
  if (code !== 0) throw new Error(`The second deploy left with ${code}:\n${lines.join("\n")}`);
  return ms;
}

/** Both in each round, so that the machine's moods meet both. */
async function compare({ cloud }: LocalFleet, plan: StagePlan, httpsPort: number) {
  const service = plan.services.find(({ key }) => key === plan.oauth.owner);
  if (service === undefined) throw new Error("The stage has no service to measure.");
  const elb = new ElasticLoadBalancingV2Client(clientSettings(cloud));
  const { TargetGroups: [group] = [] } = await elb.send(
    new DescribeTargetGroupsCommand({ Names: [names.targetGroup(plan.stage, service.key)] }),
  );
  const { TargetHealthDescriptions: [health] = [] } = await elb.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: group?.TargetGroupArn }),
  );
  const [balancer, direct] = await compareLoad(
    { url: `https://127.0.0.1:${httpsPort}${service.health.path}`, host: service.hostname },
    { url: `http://127.0.0.1:${health?.Target?.Port}${service.health.path}`, host: service.hostname },
  );
  return { balancer, direct };
}
