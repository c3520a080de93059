import { createWriteStream, mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { FleetError, planStage, type StagePlan } from "#fleet";
import { createLoopbackFetch } from "../client/loopback-fetch.ts";
import { runSst } from "./deployment.ts";
import { type LocalFleet, openFleet, putCredentials } from "./fleet.ts";
import { choosePort, requireFree } from "./free-port.ts";
import { parseOptions, type StartOptions, UsageError, usage } from "./options.ts";
import { awaitHealthy, probeMcp } from "./probe.ts";
import { createSteps, StepFailed, type Steps } from "./steps.ts";
import { summarize } from "./summary.ts";

const projectRoot = fileURLToPath(new URL("../../..", import.meta.url));
const stateFolder = join(projectRoot, ".mcp-fleet");
const stage = "local";

const print = (line: string) => console.log(line);

process.exitCode = await main(process.argv.slice(2));
process.exit();

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === "help") {
      print(usage);
      return 0;
    }
    return await start(options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const expected = error instanceof UsageError || error instanceof FleetError;
    console.error(pc.red(message));
    if (error instanceof UsageError) console.error(`\n${usage}`);
    else if (!expected && error instanceof Error) console.error(pc.dim(error.stack ?? ""));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function start(options: StartOptions): Promise<number> {
  const ports = {
    ...options.ports,
    https: await choosePort(options.ports.https),
    http: await choosePort(options.ports.http),
  };
  const { default: map } = await import("#config");
  const plan = planStage(map, stage, { httpsPort: ports.https });
  const steps = createSteps(print);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());

  let fleet: LocalFleet | undefined;
  try {
    print(pc.bold(`mcp-fleet, stage ${stage}: ${plan.services.map(({ key }) => key).join(", ")}`));
    fleet = await bringUp(steps, plan, ports, stop.signal);
    if (options.mode === "exit") await probeAll(steps, plan, fleet);
    else if (!stop.signal.aborted) {
      for (const line of summarize(plan, fleet.cloud)) print(line);
      await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
    }
  } catch (error) {
    if (!(error instanceof StepFailed) && !stop.signal.aborted) throw error;
  } finally {
    if (fleet !== undefined) await takeDown(fleet);
    if (options.reportFile !== undefined) await writeReport(options.reportFile, steps);
  }
  return steps.all.every(({ ok }) => ok) ? 0 : 1;
}

async function bringUp(
  steps: Steps,
  plan: StagePlan,
  ports: StartOptions["ports"],
  stop: AbortSignal,
): Promise<LocalFleet> {
  mkdirSync(stateFolder, { recursive: true });
  const log = createWriteStream(join(stateFolder, "endpoint.log"));
  const opened: LocalFleet[] = [];
  stop.addEventListener("abort", () => void Promise.all(opened.map((fleet) => fleet.close())));
  try {
    await steps.run("endpoint", "Opening the AWS-compatible endpoint on 127.0.0.1", async () => {
      await requireFree(ports.https, "--https-port");
      await requireFree(ports.http, "--http-port");
      opened.push(await openFleet({ plan, projectRoot, ports, log: (line) => log.write(`${line}\n`) }));
      return `Endpoint at ${opened[0]?.cloud.place.endpointUrl}`;
    });
    const [fleet] = opened;
    if (fleet === undefined) throw new Error("The endpoint did not open.");
    noteSessions(fleet);
    await steps.run("deploy", `Deploying with the real sst deploy --stage ${stage}`, (note) =>
      deploy(fleet, plan, note),
    );
    await steps.run("secrets", "Putting credentials in place of the placeholders", () => putCredentials(fleet, plan));
    await awaitServices(steps, plan, fleet);
    return fleet;
  } catch (error) {
    await Promise.all(opened.map((fleet) => fleet.close()));
    throw error;
  }
}

function noteSessions({ cloud }: LocalFleet): void {
  const { availability } = cloud.elastiCache;
  if (availability.kind === "absent")
    print(pc.yellow(`  No Redis: ${availability.reason}. Logins end with the process.`));
}

async function deploy(fleet: LocalFleet, plan: StagePlan, note: (text: string) => void): Promise<string> {
  const { cloud, supervisor } = fleet;
  const logFile = join(stateFolder, "deploy.log");
  const done = new Set<string>();
  const { code, lines } = await runSst("deploy", {
    project: projectRoot,
    stage: plan.stage,
    endpointUrl: cloud.place.endpointUrl,
    region: plan.region,
    httpsPort:
      new URL(plan.services[0]?.url ?? "https://localhost:8443").port === ""
        ? 443
        : Number(new URL(plan.services[0]?.url ?? "").port),
    logFile,
    supervisor,
    onLine() {
      const complete = cloud.cloudFormation.stacks().filter(({ status }) => status.endsWith("_COMPLETE"));
      for (const { name } of complete.filter(({ name }) => !done.has(name))) {
        done.add(name);
        note(`${name} (${done.size})`);
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
  const resources = stacks.flatMap((one) => one.resources);
  const inert = resources.filter((resource) => resource.inert).length;
  return `Deployed ${stacks.length} stacks: ${resources.length} resources, ${inert} of them records with nothing to run`;
}

async function awaitServices(steps: Steps, plan: StagePlan, { cloud }: LocalFleet): Promise<void> {
  const visitor = { fetch: createLoopbackFetch(cloud.authority.ca) };
  for (const service of plan.services.filter(({ desiredCount }) => desiredCount > 0)) {
    await steps.run(`service:${service.key}`, `Waiting for ${service.key}`, () =>
      awaitHealthy(visitor, service, 30_000),
    );
  }
}

async function probeAll(steps: Steps, plan: StagePlan, { cloud }: LocalFleet): Promise<void> {
  const visitor = { fetch: createLoopbackFetch(cloud.authority.ca) };
  for (const service of plan.services.filter(({ desiredCount }) => desiredCount > 0)) {
    await steps.attempt(`mcp:${service.key}`, `Asking ${service.key} with the official MCP client`, () =>
      probeMcp(visitor, service),
    );
  }
}

async function takeDown(fleet: LocalFleet): Promise<void> {
  print(pc.dim("Stopping every task and the endpoint…"));
  await fleet.close();
}

async function writeReport(file: string, steps: Steps): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ steps: steps.all }, undefined, 2)}\n`);
}
