import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { planStage, type StagePlan } from "#fleet";
import { bringUp } from "#start/bring-up.ts";
import { runSst } from "#start/deployment.ts";
import { clientSettings, type LocalFleet } from "#start/fleet.ts";
import { createSteps } from "#start/steps.ts";
import fleetMap from "../test/fixture/map.ts";
import { copyProject } from "../test/fixture/project.ts";
import { type BalancerFigures, benchBalancer } from "./balancer.ts";

export interface FleetFigures {
  /** From nothing to all services healthy and holding their credentials, packages being installed. */
  readonly startUpMs: number;
  readonly firstDeployMs: number;
  /** A deploy of the same map again: nothing changes. */
  readonly secondDeployMs: number;
  /** Resident memory of the process that holds the endpoint, the balancer and the doubles, after the load. */
  readonly endpointMemoryMb: number;
  readonly balancer: BalancerFigures;
}

/** Brings up the whole fleet once, as `npm start` does, and measures it. */
export async function benchFleet(): Promise<FleetFigures> {
  const ports = { endpoint: 0, https: await takePort(), http: await takePort() };
  const plan = planStage(fleetMap, "local", { httpsPort: ports.https });
  const project = await copyProject();
  const projectRoot = project.folder;
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
    const secondDeployMs = await deployAgain(fleet, plan, projectRoot, ports.https);
    const elb = new ElasticLoadBalancingV2Client(clientSettings(fleet.cloud));
    const balancer = await benchBalancer(elb, plan, ports.https);
    return {
      startUpMs,
      firstDeployMs: steps.all.find(({ id }) => id === "deploy")?.ms ?? 0,
      secondDeployMs,
      endpointMemoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      balancer,
    };
  } finally {
    await fleet.close();
    await project.remove();
  }
}

async function deployAgain(
  { cloud, supervisor }: LocalFleet,
  plan: StagePlan,
  project: string,
  httpsPort: number,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const began = performance.now();
  const { code, lines } = await runSst("deploy", {
    project,
    stage: plan.stage,
    endpointUrl: cloud.place.endpointUrl,
    region: plan.region,
    httpsPort,
    logFile: join(folder, "deploy.log"),
    supervisor,
  });
  const ms = Math.round(performance.now() - began);
  await rm(folder, { recursive: true });
  if (code !== 0) throw new Error(`The second deploy exited with code ${code}:\n${lines.join("\n")}`);
  return ms;
}
