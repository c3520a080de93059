import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isFree, takePort } from "@mcp-fleet/loopback/ports.ts";
import { Redis } from "ioredis";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, ManagedProcess, ProcessSupervisor } from "#endpoint/core/ports.ts";
import { type AcceptedTokens, aclRules, hashOf } from "./auth-token.ts";
import { commandLine, type Engine } from "./cache-engine.ts";
import { type Contents, contentsOf } from "./contents.ts";

/** Paths of PEM files: what the server shows, and the authority that clients trust. */
export interface TlsFiles {
  readonly caCert: string;
  readonly cert: string;
  readonly key: string;
}

export interface RedisPorts {
  readonly clock: Clock;
  readonly processes: ProcessSupervisor;
  /** The loopback address that servers listen on. The certificate covers it. */
  readonly host: string;
  readonly tls: TlsFiles;
  readonly log: (line: string) => void;
}

export interface RedisServer {
  readonly port: number;
  readonly contents: Contents;
  accept(tokens: AcceptedTokens): Promise<void>;
  stop(): Promise<void>;
}

/** ElastiCache's own port: the runbook names it. */
const usualPort = 6379;
/**
 * What a cache.t4g.micro has after ElastiCache kept a quarter of it for itself, and what ElastiCache does then: it
 * evicts what expires, the least recently used first, and refuses writes where nothing does.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
 */
const maxMemory = 384 * 1024 * 1024;
const maxClients = 10_000;
const readyTimeoutMs = 10_000;
const restartDelayMs = 1_000;
const stopGraceMs = 2_000;
/** The ACL user of this endpoint: it changes passwords while clients are connected, counts keys and copies them. */
const controlUser = "elasticache-control";
const copying = "+select +scan +pttl +dump +restore";

/**
 * A loopback address that is `folder`'s own, so that each fleet on this machine has its Redis on 6379 as on AWS. Where
 * the system has only 127.0.0.1, as on macOS, it is that.
 */
export async function ownLoopback(folder: string): Promise<string> {
  const [second = 0, third = 0, fourth = 0] = createHash("sha256").update(folder).digest();
  const own = `127.${second}.${third}.${1 + (fourth % 254)}`;
  return (await isFree(0, own)) ? own : "127.0.0.1";
}

/** 6379, or another port that nothing listened on a moment ago. */
async function choosePort(host: string): Promise<number> {
  return (await isFree(usualPort, host)) ? usualPort : await takePort(host);
}

/**
 * Starts a server that speaks only TLS, keeps nothing on disk and comes back on the same port when it dies.
 * Resolves once it answers. Its folder holds the configuration: password hashes, never passwords.
 */
export async function startRedis(
  ports: RedisPorts,
  options: { readonly engine: Engine; readonly folder: string; readonly tokens: AcceptedTokens },
): Promise<RedisServer> {
  const port = await choosePort(ports.host);
  const controlPassword = randomBytes(32).toString("hex");
  const configuration = join(options.folder, "redis.conf");
  const stopping = new AbortController();
  let tokens = options.tokens;

  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const control = await controlConnection(ports, port, controlPassword);
  let process = await start();
  try {
    await ready(ports, control, process);
  } catch (error) {
    await stop();
    throw error;
  }
  void keepRunning();
  return { port, contents: contentsOf(control), accept, stop };

  async function start(): Promise<ManagedProcess> {
    const text = configurationText({
      host: ports.host,
      port,
      tls: ports.tls,
      folder: options.folder,
      tokens,
      controlPassword,
    });
    await writeFile(configuration, text, { mode: 0o600 });
    const [command, ...args] = commandLine(options.engine, configuration);
    return ports.processes.start({
      command,
      args,
      env: {},
      cwd: options.folder,
      onLine: (line) => ports.log(`redis:${port} ${line}`),
    });
  }

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      const { code, signal } = await process.exited;
      if (stopping.signal.aborted) return;
      ports.log(`redis:${port} ended (${signal ?? code}) and is started again`);
      await ports.clock.sleep(restartDelayMs, stopping.signal);
      if (!stopping.signal.aborted) process = await start();
    }
  }

  async function accept(wanted: AcceptedTokens): Promise<void> {
    await control.call("ACL", "SETUSER", "default", ...aclRules(wanted));
    tokens = wanted;
  }

  async function stop(): Promise<void> {
    stopping.abort();
    control.disconnect();
    await process.stop(stopGraceMs);
  }
}

async function controlConnection({ host, tls }: RedisPorts, port: number, password: string): Promise<Redis> {
  const control = new Redis({
    host,
    port,
    username: controlUser,
    password,
    tls: { ca: await readFile(tls.caCert) },
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(attempt * 20, 500),
  });
  // Refused connections while the server starts are expected: `ready` says when they are too many.
  control.on("error", () => undefined);
  return control;
}

async function ready(ports: RedisPorts, control: Redis, process: ManagedProcess): Promise<void> {
  const waiting = new AbortController();
  const outcome = await Promise.race([
    control.ping().then(() => "ready" as const),
    process.exited.then(({ code }) => `ended with code ${code}` as const),
    ports.clock.sleep(readyTimeoutMs, waiting.signal).then(() => `gave no answer in ${readyTimeoutMs} ms` as const),
  ]);
  waiting.abort();
  if (outcome !== "ready")
    throw new AwsError("InternalFailure", `The session store ${outcome}; its log says why.`, 500);
}

function configurationText(options: {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsFiles;
  readonly folder: string;
  readonly tokens: AcceptedTokens;
  readonly controlPassword: string;
}): string {
  const { tls, tokens, controlPassword } = options;
  return [
    `bind ${options.host}`,
    "port 0",
    `tls-port ${options.port}`,
    `tls-cert-file ${quoted(tls.cert)}`,
    `tls-key-file ${quoted(tls.key)}`,
    `tls-ca-cert-file ${quoted(tls.caCert)}`,
    "tls-auth-clients no",
    `dir ${quoted(options.folder)}`,
    'save ""',
    "appendonly no",
    `maxmemory ${maxMemory}`,
    "maxmemory-policy volatile-lru",
    `maxclients ${maxClients}`,
    `user default ${aclRules(tokens).join(" ")}`,
    `user ${controlUser} on #${hashOf(controlPassword)} ~* resetchannels -@all +acl|setuser +ping +info +client ${copying}`,
    "",
  ].join("\n");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
