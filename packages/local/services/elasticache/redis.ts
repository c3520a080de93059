import { createHash, randomBytes } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { Redis } from "ioredis";
import { AwsError } from "../../endpoint/errors.ts";
import type { Clock, ManagedProcess, ProcessSupervisor } from "../../endpoint/ports.ts";
import { type AcceptedTokens, aclRules, hashOf } from "./auth-token.ts";

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
  accept(tokens: AcceptedTokens): Promise<void>;
  stop(): Promise<void>;
}

/** ElastiCache's own port: the runbook names it. */
const usualPort = 6379;
const readyTimeoutMs = 10_000;
const restartDelayMs = 1_000;
const stopGraceMs = 2_000;
/** The ACL user of this endpoint, which changes passwords while clients are connected. */
const controlUser = "elasticache-control";

/** `redis-server` or `valkey-server` on the PATH, whichever comes first. */
export function findServer(path: string): string | undefined {
  const candidates = path
    .split(delimiter)
    .flatMap((folder) => [join(folder, "redis-server"), join(folder, "valkey-server")]);
  return candidates.find(isExecutable);
}

/**
 * A loopback address that is `folder`'s own, so that each fleet on this machine has its Redis on 6379 as on AWS. Where
 * the system knows 127.0.0.1 alone, as macOS does, it is that.
 */
export async function ownLoopback(folder: string): Promise<string> {
  const [second = 0, third = 0, fourth = 0] = createHash("sha256").update(folder).digest();
  const own = `127.${second}.${third}.${1 + (fourth % 254)}`;
  return (await listenOnce(own, 0)) === undefined ? "127.0.0.1" : own;
}

/** 6379, or another port that nothing listened on a moment ago. */
export async function choosePort(host: string): Promise<number> {
  const port = (await listenOnce(host, usualPort)) ?? (await listenOnce(host, 0));
  if (port === undefined) throw new Error(`no port is free at ${host}`);
  return port;
}

/** @returns the port that could be listened on; undefined when it could not */
async function listenOnce(host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  } catch {
    return undefined;
  }
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return address.port;
}

/**
 * Starts a server that speaks TLS alone, keeps nothing on disk and comes back on the same port when it dies.
 * Resolves once it answers. Its folder holds the configuration: password hashes, never passwords.
 */
export async function startRedis(
  ports: RedisPorts,
  options: { readonly command: string; readonly folder: string; readonly tokens: AcceptedTokens },
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
  return { port, accept, stop };

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
    return ports.processes.start({
      command: options.command,
      args: [configuration],
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
  if (outcome !== "ready") throw new AwsError("InternalFailure", `The Redis server ${outcome}; its log says why.`, 500);
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
    `user default ${aclRules(tokens).join(" ")}`,
    `user ${controlUser} on #${hashOf(controlPassword)} resetkeys resetchannels -@all +acl|setuser +ping +info +client`,
    "",
  ].join("\n");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
