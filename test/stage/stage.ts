import { join } from "node:path";
import { type Cloud, createLoopbackFetch } from "@mcp-fleet/endpoint";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import * as v from "valibot";
import { type FleetDefinition, planStage, type StagePlan } from "#fleet";
import { bootstrap } from "#start/bootstrap.ts";
import { runSst, type SstCommand, type SstOutcome } from "#start/deployment.ts";
import { clientSettings, type LocalFleet, openFleet } from "#start/fleet.ts";
import { copyProject, type Project } from "../fixture/project.ts";
import { lastResidents, type Resident } from "./residents.ts";

/** What `echo.ts` answers on every path to which it gives no other meaning. */
const Echo = v.object({
  service: v.string(),
  pid: v.number(),
  method: v.string(),
  url: v.string(),
  headers: v.record(v.string(), v.string()),
});
export type Echo = v.InferOutput<typeof Echo>;

/** A fleet on this machine that the real `sst` deploys to, from a project of its own. */
export interface FleetStage {
  readonly project: Project;
  readonly fleet: LocalFleet;
  readonly cloud: Cloud;
  /** For AWS SDK clients, as an operator has them. */
  readonly client: ReturnType<typeof clientSettings>;
  /** Reaches the balancer by public addresses, and trusts the fleet's authority. */
  readonly fetch: typeof fetch;
  /** What the endpoint printed for its operator. */
  readonly log: readonly string[];
  plan(map: FleetDefinition): StagePlan;
  /** Writes the map and deploys it. @throws {Error} with the output of `sst` and what became of the stacks, if it fails */
  deploy(map: FleetDefinition): Promise<SstOutcome>;
  /** Writes the map and runs `sst deploy`, or `sst remove`, however it ends. */
  run(command: SstCommand, map: FleetDefinition): Promise<SstOutcome>;
  url(host: string, path?: string): URL;
  plainUrl(host: string, path?: string): URL;
  /** What the echo server behind this address was sent. */
  echo(url: URL, init?: RequestInit): Promise<Echo>;
  /** Ends the fleet. @returns the processes it left behind */
  close(): Promise<readonly Resident[]>;
}

/**
 * @param name the stage of the map; one that runs on loopback
 * @param releases whether ECS watches the alarms of a release, which takes ten seconds each
 * @param account to a new one, the first deploy runs `cdk bootstrap` as well
 */
export async function openStage(
  map: FleetDefinition,
  name = "local",
  account: "bootstrapped" | "new" = "bootstrapped",
  releases: "watched" | "unwatched" = "unwatched",
): Promise<FleetStage> {
  const project = await copyProject();
  const [endpoint, https, http] = [0, await takePort(), await takePort()];
  const plan = (of: FleetDefinition) => planStage(of, name, { httpsPort: https });
  const log: string[] = [];
  const fleet = await openFleet({
    plan: plan(map),
    projectRoot: project.folder,
    ports: { endpoint, https, http },
    deploymentAlarms: releases === "watched",
    log: (line) => log.push(line),
  });
  const { cloud, supervisor } = fleet;
  if (account === "bootstrapped") await bootstrap(cloud, plan(map));
  const visit = createLoopbackFetch(cloud.authority.ca);
  const run: FleetStage["run"] = async (command, of) => {
    await project.writeMap(of);
    return runSst(command, {
      project: project.folder,
      stage: name,
      endpointUrl: cloud.place.endpointUrl,
      region: cloud.place.region,
      httpsPort: https,
      logFile: join(project.folder, ".mcp-fleet", `${command}.log`),
      supervisor,
    });
  };
  return {
    project,
    fleet,
    cloud,
    client: clientSettings(cloud),
    fetch: visit,
    log,
    plan,
    async deploy(of) {
      const outcome = await run("deploy", of);
      if (outcome.code === 0) return outcome;
      const stacks = cloud.cloudFormation
        .stacks()
        .map(({ name, status, reason = "" }) => `${name} ${status} ${reason}`);
      throw new Error([...outcome.lines, ...stacks].join("\n"));
    },
    run,
    url: (host, path = "/") => new URL(path, `https://${host}.mcp.localhost:${https}`),
    plainUrl: (host, path = "/") => new URL(path, `http://${host}.mcp.localhost:${http}`),
    async echo(url, init) {
      const response = await visit(url, init);
      if (!response.ok) throw new Error(`${url.href} answered ${response.status}: ${await response.text()}`);
      return v.parse(Echo, await response.json());
    },
    async close() {
      await fleet.close();
      const left = await lastResidents(project.folder, 3_000);
      await project.remove();
      return left;
    },
  };
}
