import { expandArguments } from "./command.ts";
import type {
  FleetDefinition,
  HttpSidecarDefinition,
  ServiceDefinition,
  StdioSidecarDefinition,
} from "./definition.ts";
import type { Entry } from "./entry.ts";
import { names } from "./names.ts";
import type { ContainerPlan, ServicePlan, StagePlan } from "./plan.ts";
import { auditEnvironment, secretsOf, usesOf } from "./service-variables.ts";
import { drainSecondsOf, idleVariable } from "./timing.ts";

export interface Site {
  readonly stage: string;
  readonly url: string;
  readonly idleTimeoutSeconds: number;
  readonly runsOn: StagePlan["runsOn"];
}

/** What a service's tasks run. The container with the service's name is the one that the balancer talks to. */
type Containers = Pick<
  ServicePlan,
  | "image"
  | "port"
  | "health"
  | "environment"
  | "secrets"
  | "sessions"
  | "entryPoint"
  | "command"
  | "localCommand"
  | "behind"
>;

export function planContainers(fleet: FleetDefinition, entry: Entry, site: Site): Containers {
  const { sidecar } = entry[1];
  if (sidecar === undefined) return alone(fleet, entry, site);
  return isStdio(sidecar) ? planStdio(fleet, entry, sidecar, site) : planHttp(fleet, entry, sidecar, site);
}

export function isStdio(sidecar: HttpSidecarDefinition | StdioSidecarDefinition): sidecar is StdioSidecarDefinition {
  return "stdio" in sidecar;
}

function alone(fleet: FleetDefinition, [key, service]: Entry, site: Site): Containers {
  const measured = service.toolMetrics ?? site.runsOn === "loopback";
  // One that is written in the map is the map's; in another order, a variable would roll the service.
  const environment = {
    ...(measured && { MCP_SERVICE: key, MCP_METRICS_NAMESPACE: names.toolMetrics(site.stage) }),
    ...ownEnvironment(service, site, auditEnvironment(fleet, service)),
  };
  return {
    image: service.image,
    port: service.port,
    health: healthOf(service),
    environment,
    secrets: secretsOf(fleet, service),
    sessions: service.sessions === true,
    entryPoint: service.entryPoint && expandArguments(service.entryPoint, environment),
    command: service.command && expandArguments(service.command, environment),
    localCommand: commandHere(service, environment),
    behind: undefined,
  };
}

/** Where the sidecar listens: any port but the server's. */
function sidecarPort({ port }: ServiceDefinition): number {
  return port === 8080 ? 8081 : 8080;
}

const sidecarHealth = { path: "/health", codes: "200" } as const;
const sidecarHere = ["node", "packages/sidecar/main.ts"] as const;

/** The sidecar in a container of its own; to the server behind it, all is as it would be alone. */
function planHttp(
  fleet: FleetDefinition,
  [key, service]: Entry,
  sidecar: HttpSidecarDefinition,
  site: Site,
): Containers {
  const environment = ownEnvironment(service, site);
  const port = sidecarPort(service);
  const health = healthOf(service);
  const at = `http://127.0.0.1:${service.port}`;
  const behind: ContainerPlan = {
    name: `${key}-server`,
    image: service.image,
    port: service.port,
    environment,
    secrets: usesOf(fleet, service.secrets),
    entryPoint: service.entryPoint && expandArguments(service.entryPoint, environment),
    command: service.command && expandArguments(service.command, environment),
    localCommand: commandHere(service, environment),
  };
  return {
    // That there is one is checked for every map with such an entry.
    image: fleet.sidecar?.image ?? "",
    port,
    health: sidecarHealth,
    environment: {
      ...sidecarEnvironment(fleet, [key, service], port, site),
      MCP_UPSTREAM: `${at}${sidecar.path ?? "/mcp"}`,
      MCP_UPSTREAM_HEALTH: `${at}${health.path}`,
      MCP_UPSTREAM_HEALTH_CODES: health.codes,
      ...(sidecar.bearer !== undefined && { MCP_UPSTREAM_BEARER: sidecar.bearer }),
    },
    secrets: secretsOf(fleet, { ...service, secrets: sidecar.secrets ?? [] }),
    sessions: sidecar.login !== "none",
    entryPoint: undefined,
    command: undefined,
    localCommand: behind.localCommand && sidecarHere,
    behind,
  };
}

/** MiB that the sidecar itself is left of a task's memory. */
const ownMiB = 128;

/** The sidecar and the server in one container, as parent and child. */
function planStdio(
  fleet: FleetDefinition,
  [key, service]: Entry,
  sidecar: StdioSidecarDefinition,
  site: Site,
): Containers {
  const { PORT: _, [idleVariable]: __, ...own } = ownEnvironment(service, site);
  const secrets = usesOf(fleet, service.secrets);
  const variables = [...Object.keys(own), ...secrets.map((use) => use.key)];
  const command = expandArguments(sidecar.stdio, own);
  return {
    image: service.image,
    port: service.port,
    health: sidecarHealth,
    environment: {
      ...own,
      ...sidecarEnvironment(fleet, [key, service], service.port, site),
      MCP_CHILD_INSTANCES: sidecar.instances ?? "caller",
      MCP_CHILD_MEMORY_MIB: String(service.memory - ownMiB),
      ...(variables.length > 0 && { MCP_CHILD_VARIABLES: variables.join(",") }),
    },
    secrets: [...secrets, ...secretsOf(fleet, { ...service, secrets: sidecar.secrets ?? [] })],
    sessions: sidecar.login !== "none",
    entryPoint: undefined,
    command,
    localCommand: [...sidecarHere, ...(service.local ? expandArguments(service.local.command, own) : command)],
    behind: undefined,
  };
}

function sidecarEnvironment(
  fleet: FleetDefinition,
  [key, service]: Entry,
  port: number,
  { stage, url, idleTimeoutSeconds }: Site,
): Readonly<Record<string, string>> {
  const { sidecar, stopTimeout } = service;
  return {
    ...withUrl(sidecar?.environment, url),
    ...(stopTimeout !== undefined && { MCP_DRAIN_SECONDS: String(drainSecondsOf(stopTimeout)) }),
    PORT: String(port),
    MCP_SERVICE: key,
    MCP_LOGIN: sidecar?.login ?? "none",
    WORKSPACE_EXTERNAL_URL: url,
    MCP_METRICS_NAMESPACE: names.toolMetrics(stage),
    ...(sidecar?.callsPerMinute !== undefined && { MCP_CALLS_PER_MINUTE: String(sidecar.callsPerMinute) }),
    ...auditEnvironment(fleet, service),
    [idleVariable]: String(idleTimeoutSeconds),
  };
}

/** Variables that the plan gives a sidecar, and no map may. */
export function sidecarVariables(fleet: FleetDefinition, entry: Entry): readonly string[] {
  const [key, { environment: _, audit: ___, sidecar, ...service }] = entry;
  if (sidecar === undefined) return [];
  const { environment: __, ...rest } = sidecar;
  const site: Site = { stage: "", url: "", idleTimeoutSeconds: 0, runsOn: "aws" };
  return Object.keys(planContainers(fleet, [key, { ...service, sidecar: rest }], site).environment);
}

function ownEnvironment(
  { port, environment }: ServiceDefinition,
  { url, idleTimeoutSeconds }: Site,
  audit: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return {
    // The contract on this machine, where each task has a port of its own, holds on AWS as well.
    PORT: String(port),
    ...withUrl(environment, url),
    ...audit,
    [idleVariable]: String(idleTimeoutSeconds),
  };
}

function withUrl(environment: Readonly<Record<string, string>> = {}, url: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.replaceAll("{url}", url)]));
}

function healthOf({ healthPath, healthCodes }: ServiceDefinition): ServicePlan["health"] {
  return { path: healthPath ?? "/health", codes: healthCodes ?? "200" };
}

/** As on AWS, unless the map says otherwise; the port is known when a task starts. */
function commandHere(
  { local, entryPoint, command }: ServiceDefinition,
  { PORT: _, ...environment }: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const args = local?.command ?? (entryPoint && [...entryPoint, ...(command ?? [])]);
  return args && expandArguments(args, environment);
}
