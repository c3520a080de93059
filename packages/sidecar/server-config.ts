import * as v from "valibot";
import { type Config, readConfig } from "./config.ts";
import { ConfigurationError, type Environment, EnvironmentReader, integer, list } from "./environment.ts";

/** The sidecar's configuration: the starter's, and where the server behind is. */
export interface SidecarConfig {
  readonly common: Config;
  readonly server: (HttpServer | StdioServer) & Patience;
}

export interface Patience {
  /** So long the server behind may take to answer. */
  readonly patienceMs: number;
}

export interface HttpServer {
  readonly kind: "http";
  readonly url: URL;
  readonly health: { readonly url: URL; readonly codes: string };
  /** The server's own token, which it gets in place of the caller's. */
  readonly bearer: string | undefined;
}

export interface StdioServer {
  readonly kind: "stdio";
  readonly command: readonly [string, ...string[]];
  /** Whether all callers share one process, or each has one. */
  readonly instances: "caller" | "shared";
  readonly most: number;
  readonly memoryMiB: number;
  readonly idleMs: number;
  /** What it may ask clients that can be asked. */
  readonly asks: readonly ("sampling" | "elicitation" | "roots")[];
  /** Variables that the server gets: its own, and none of the sidecar's. */
  readonly environment: Readonly<Record<string, string>>;
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
const onLoopback = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && new URL(text).protocol === "http:" && loopback.has(new URL(text).hostname),
    "an http URL on loopback is allowed, such as http://127.0.0.1:8000/mcp",
  ),
  v.transform((text) => new URL(text)),
);

/**
 * Roots only if they are named: they are folders of the client's machine, and servers take them for a permission to open
 * the same on theirs, in place of those they were started with, as `server-filesystem` does.
 */
const abilities = v.pipe(
  list,
  v.array(v.picklist(["sampling", "elicitation", "roots", "none"], "sampling, elicitation, roots or none is allowed")),
  v.transform((names) => names.filter((name) => name !== "none")),
);

/**
 * @param args program and arguments of a server that speaks stdio; none for one that speaks HTTP
 * @throws {ConfigurationError} naming every variable that is missing or wrong
 */
export function readSidecarConfig(env: Environment, args: readonly string[]): SidecarConfig {
  const read = new EnvironmentReader(env);
  const [common, problems] = readCommon(env);
  const [program, ...rest] = args;
  const server = program === undefined ? readHttp(read) : readStdio(read, env, [program, ...rest]);
  const seconds = read.optional("MCP_CALL_SECONDS", integer(1, 4_000));
  if (common === undefined || server === undefined || read.problems.length > 0) {
    throw new ConfigurationError([...problems, ...read.problems]);
  }
  // The balancer gives up on a silent request: whoever called has our answer a little before that.
  const patienceMs = (seconds ?? Math.max(1, common.idleTimeoutSeconds - 5)) * 1_000;
  const { callsPerMinute = 600, metricsNamespace = "mcp-fleet" } = common;
  return { common: { ...common, callsPerMinute, metricsNamespace }, server: { ...server, patienceMs } };
}

function readCommon(env: Environment): readonly [Config | undefined, readonly string[]] {
  try {
    return [readConfig(env), []];
  } catch (error) {
    if (error instanceof ConfigurationError) return [undefined, error.problems];
    throw error;
  }
}

function readHttp(read: EnvironmentReader): HttpServer | undefined {
  const url = read.required(
    "MCP_UPSTREAM",
    onLoopback,
    "It is the address of the server behind, such as http://127.0.0.1:8000/mcp; for one that speaks stdio, name its program and arguments.",
  );
  const healthUrl = read.optional("MCP_UPSTREAM_HEALTH", onLoopback);
  const codes = read.optional("MCP_UPSTREAM_HEALTH_CODES", v.string()) ?? "200";
  const variable = read.optional("MCP_UPSTREAM_BEARER", v.string());
  const bearer =
    variable === undefined
      ? undefined
      : read.required(
          variable,
          v.string(),
          "MCP_UPSTREAM_BEARER names it: it is the token that the server behind takes.",
        );
  if (url === undefined) return undefined;
  return { kind: "http", url, health: { url: healthUrl ?? new URL("/health", url), codes }, bearer };
}

function readStdio(read: EnvironmentReader, env: Environment, command: readonly [string, ...string[]]): StdioServer {
  const instances = v.picklist(["caller", "shared"], '"caller" or "shared" is allowed');
  const own = read.optional("MCP_CHILD_VARIABLES", list) ?? [];
  return {
    kind: "stdio",
    command,
    instances: read.optional("MCP_CHILD_INSTANCES", instances) ?? "caller",
    most: read.optional("MCP_CHILDREN", integer(1, 1_000)) ?? 16,
    memoryMiB: read.optional("MCP_CHILD_MEMORY_MIB", integer(16, 131_072)) ?? 512,
    idleMs: (read.optional("MCP_CHILD_IDLE_SECONDS", integer(1, 86_400)) ?? 900) * 1_000,
    asks: read.optional("MCP_CHILD_ASKS", abilities) ?? ["sampling", "elicitation"],
    environment: pick(env, [...inherited, ...own]),
  };
}

/** As in the SDK's own transport, and what a task on AWS or behind a proxy needs. */
const inherited = [
  "PATH",
  "HOME",
  "LANG",
  "TZ",
  "TMPDIR",
  "NODE_OPTIONS",
  "NODE_EXTRA_CA_CERTS",
  "HTTPS_PROXY",
  "NO_PROXY",
];
const fromAws =
  /^(?:AWS_(?:REGION|DEFAULT_REGION|ENDPOINT_URL|CONTAINER_CREDENTIALS_\w+|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|npm_config_\w+)$/;

function pick(env: Environment, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && (names.includes(name) || fromAws.test(name)) ? [[name, value] as const] : [],
    ),
  );
}
