import { createWriteStream, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { createLoopbackFetch, describeEngine } from "@mcp-fleet/endpoint";
import { harmless } from "#chat/text/harmless.ts";
import { evidenceOf } from "#evidence/deploy-output.ts";
import type { StagePlan } from "#fleet";
import { bootstrap } from "./bootstrap.ts";
import { fillSecrets, putCredentials } from "./credentials.ts";
import { runSst } from "./deployment.ts";
import { type LocalFleet, type LocalPorts, openFleet } from "./fleet.ts";
import { requireFree } from "./free-port.ts";
import { awaitHealthy, probeMcp } from "./probe.ts";
import { requireStarted } from "./start-failure.ts";
import type { Steps } from "./steps.ts";

export interface BringUpOptions {
  readonly plan: StagePlan;
  readonly projectRoot: string;
  /** None of them 0, except the endpoint's. */
  readonly ports: LocalPorts;
  readonly steps: Steps;
  readonly print: (line: string) => void;
  /** Aborted by Ctrl-C: everything that runs is ended at once. */
  readonly stop: AbortSignal;
}

/**
 * From nothing to a fleet that was deployed to. What does not start is reported, and stops nothing else. Throws, and
 * leaves
 * nothing running, if the endpoint does not open or Ctrl-C came first.
 */
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
    options.print(`  sessions: ${describeEngine(fleet.cloud.elastiCache.engine)}`);
    await deployFleet(fleet, options);
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
      await requireFree(ports.chats ?? 0, "--chats-port");
      opened = await openFleet({ plan, projectRoot, ports, log: (line) => log.write(`${harmless(line)}\n`) });
      await bootstrap(opened.cloud, plan);
      return opened.cloud.place.endpointUrl;
    });
    if (opened === undefined) throw new Error("The endpoint did not open.");
    return opened;
  }
}

/** Deploys the map and waits for its services to be healthy: each a step that may fail on its own. */
export async function deployFleet(fleet: LocalFleet, options: BringUpOptions): Promise<void> {
  const { steps, plan, stop } = options;
  let filling: Promise<unknown> = Promise.resolve();
  // As early as they can be: services that start with them need no roll. Whatever fails here is done below.
  const onStack = (name: string) => {
    if (name.endsWith("-Secrets")) filling = fillSecrets(fleet, plan).catch(() => undefined);
  };
  await steps.attempt("deploy", `sst deploy --stage ${plan.stage}`, (note) => deploy(fleet, options, note, onStack));
  await filling;
  stop.throwIfAborted();
  await steps.attempt("secrets", "Credentials replace the placeholders", () => putCredentials(fleet, plan));
  const visitor = { fetch: createLoopbackFetch(fleet.cloud.authority.ca) };
  for (const service of running(plan)) {
    stop.throwIfAborted();
    await steps.attempt(`service:${service.key}`, service.key, async () => {
      await requireStarted(fleet, plan, service);
      return await awaitHealthy(visitor, service, 30_000);
    });
  }
}

/** One step for each service that started: the official MCP client initializes, lists the tools and calls one. */
export async function probeAll(steps: Steps, plan: StagePlan, { cloud, users }: LocalFleet): Promise<void> {
  const visitor = { fetch: createLoopbackFetch(cloud.authority.ca), users };
  const failed = new Set(steps.all.filter(({ ok }) => !ok).map(({ id }) => id));
  for (const service of running(plan).filter(({ key, mcp }) => mcp && !failed.has(`service:${key}`))) {
    await steps.attempt(`mcp:${service.key}`, `MCP client, ${service.key}`, () => probeMcp(visitor, plan, service));
  }
}

function running(plan: StagePlan) {
  return plan.services.filter(({ desiredCount }) => desiredCount > 0);
}

/** The real `sst deploy` of the map as it is on disk. Throws with the end of its output when it fails. */
export async function deploy(
  { cloud, supervisor }: LocalFleet,
  { plan, projectRoot, ports }: Pick<BringUpOptions, "plan" | "projectRoot" | "ports">,
  note: (text: string) => void,
  onStack?: (name: string) => void,
): Promise<string> {
  const logFile = join(projectRoot, ".mcp-fleet", "deploy.log");
  const printed = new Set<string>();
  const { code, lines } = await runSst("deploy", {
    services: plan.services.length,
    project: projectRoot,
    stage: plan.stage,
    endpointUrl: cloud.place.endpointUrl,
    region: plan.region,
    httpsPort: ports.https,
    consolePort: ports.console,
    logFile,
    supervisor,
    onLine() {
      for (const { name, status } of cloud.cloudFormation.stacks()) {
        if (!status.endsWith("_COMPLETE") || printed.has(name)) continue;
        printed.add(name);
        note(name);
        onStack?.(name);
      }
    },
  });
  if (code !== 0) {
    const file = relative(projectRoot, logFile);
    throw new Error(
      `sst deploy ${code === null ? "was interrupted" : `exited with code ${code}`}; the full output is in ${file}:\n\n${evidenceOf(lines).join("\n")}`,
    );
  }
  const stacks = cloud.cloudFormation.stacks();
  const resources = stacks.flatMap((stack) => stack.resources);
  const inert = resources.filter((resource) => resource.inert).length;
  return `${stacks.length} stacks, ${resources.length} resources (${inert} are records: nothing to run)`;
}
