import { createWriteStream, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { StagePlan } from "#fleet";
import { createLoopbackFetch } from "../client/loopback-fetch.ts";
import type { CloudOptions } from "../cloud.ts";
import { putCredentials } from "./credentials.ts";
import { runSst } from "./deployment.ts";
import { type LocalFleet, openFleet } from "./fleet.ts";
import { requireFree } from "./free-port.ts";
import { awaitHealthy, probeMcp } from "./probe.ts";
import type { Steps } from "./steps.ts";

export interface BringUpOptions {
  readonly plan: StagePlan;
  readonly projectRoot: string;
  /** None of them 0, but for the endpoint's. */
  readonly ports: CloudOptions["ports"];
  readonly steps: Steps;
  readonly print: (line: string) => void;
  /** Aborted by Ctrl-C: everything that runs is ended at once. */
  readonly stop: AbortSignal;
}

/** From nothing to a fleet whose services are healthy. Leaves nothing running when it throws. */
export async function bringUp(options: BringUpOptions): Promise<LocalFleet> {
  const { steps, plan, ports, stop, projectRoot } = options;
  const stateFolder = join(projectRoot, ".mcp-fleet");
  mkdirSync(stateFolder, { recursive: true });
  const log = createWriteStream(join(stateFolder, "endpoint.log"));
  const fleet = await open();
  const close = () => void fleet.close();
  stop.addEventListener("abort", close);
  try {
    stop.throwIfAborted();
    noteSessions(fleet, options.print);
    await steps.run("deploy", `sst deploy --stage ${plan.stage}`, (note) => deploy(fleet, options, note));
    await steps.run("secrets", "Credentials in place of the placeholders", () => putCredentials(fleet, plan));
    const visitor = { fetch: createLoopbackFetch(fleet.cloud.authority.ca) };
    for (const service of running(plan)) {
      await steps.run(`service:${service.key}`, service.key, () => awaitHealthy(visitor, service, 30_000));
    }
    return fleet;
  } catch (error) {
    await fleet.close();
    throw error;
  }

  async function open(): Promise<LocalFleet> {
    let opened: LocalFleet | undefined;
    await steps.run("endpoint", "AWS-compatible endpoint", async () => {
      await requireFree(ports.endpoint, "--endpoint-port");
      await requireFree(ports.https, "--https-port");
      await requireFree(ports.http, "--http-port");
      opened = await openFleet({ plan, projectRoot, ports, log: (line) => log.write(`${line}\n`) });
      return opened.cloud.place.endpointUrl;
    });
    if (opened === undefined) throw new Error("The endpoint did not open.");
    return opened;
  }
}

/** One step for each service: the official MCP client initializes, lists the tools and calls one. */
export async function probeAll(steps: Steps, plan: StagePlan, { cloud }: LocalFleet): Promise<void> {
  const visitor = { fetch: createLoopbackFetch(cloud.authority.ca) };
  for (const service of running(plan)) {
    await steps.attempt(`mcp:${service.key}`, `MCP client, ${service.key}`, () => probeMcp(visitor, service));
  }
}

function running(plan: StagePlan) {
  return plan.services.filter(({ desiredCount }) => desiredCount > 0);
}

function noteSessions({ cloud }: LocalFleet, print: (line: string) => void): void {
  const { availability } = cloud.elastiCache;
  if (availability.kind === "absent") print(`  No Redis here: ${availability.reason}`);
}

async function deploy(
  { cloud, supervisor }: LocalFleet,
  { plan, projectRoot, ports }: BringUpOptions,
  note: (text: string) => void,
): Promise<string> {
  const logFile = join(projectRoot, ".mcp-fleet", "deploy.log");
  const told = new Set<string>();
  const { code, lines } = await runSst("deploy", {
    project: projectRoot,
    stage: plan.stage,
    endpointUrl: cloud.place.endpointUrl,
    region: plan.region,
    httpsPort: ports.https,
    logFile,
    supervisor,
    onLine() {
      for (const { name, status } of cloud.cloudFormation.stacks()) {
        if (!status.endsWith("_COMPLETE") || told.has(name)) continue;
        told.add(name);
        note(name);
      }
    },
  });
  if (code !== 0) {
    const tail = lines.filter((line) => line.trim() !== "").slice(-25);
    throw new Error(
      `sst deploy left with ${code}; ${relative(projectRoot, logFile)} has all of it:\n  ${tail.join("\n  ")}`,
    );
  }
  const stacks = cloud.cloudFormation.stacks();
  const resources = stacks.flatMap((stack) => stack.resources);
  const inert = resources.filter((resource) => resource.inert).length;
  return `${stacks.length} stacks, ${resources.length} resources (${inert} are records: nothing to run)`;
}
