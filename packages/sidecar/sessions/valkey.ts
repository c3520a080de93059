import { once } from "node:events";
import { Redis } from "ioredis";
import { describeError, type Log } from "../log.ts";
import { type Store, StoreUnavailable } from "./store.ts";

export interface ValkeyAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly tls: boolean;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

const connectTimeoutMs = 3_000;
/** A request waits this long for the store before its caller gets a 503. */
const commandTimeoutMs = 2_000;
const longestRetryMs = 2_000;

/**
 * Redis or Valkey. Returns at once and connects in the background, again and again after a loss: a task whose store
 * is down still starts and answers health checks. Commands fail fast meanwhile instead of queueing up.
 */
export function openValkeyStore(address: ValkeyAddress, log: Log): Store {
  const client = new Redis({
    host: address.host,
    port: address.port,
    db: address.db,
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    // SNI, which ElastiCache and a proxy in front of it pick the certificate by. An IP address is not a server name.
    ...(address.tls ? { tls: /^[\d.]+$/.test(address.host) ? {} : { servername: address.host } } : {}),
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A vanished node closes nothing: without this, its connection hangs until TCP gives up after a quarter of an hour.
    socketTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(longestRetryMs, 50 * 2 ** Math.min(attempt, 10)),
    // A node that failover demoted answers READONLY until DNS moves: 2 = reconnect and send the command again.
    // https://github.com/redis/ioredis#reconnect-on-error
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
  });

  const where = `${address.host}:${address.port}`;
  let lastProblem: string | undefined;
  client.on("ready", () => {
    log.info(`Using ValkeyStore at ${where} ${address.tls ? "over TLS" : "without TLS"}.`, { tls: address.tls });
    lastProblem = undefined;
  });
  client.on("error", (error) => {
    const problem = describeError(error);
    // ioredis repeats the error at every attempt; log it once per outage.
    if (problem === lastProblem) return;
    lastProblem = problem;
    log.error(`The session store at ${where} is down: ${problem}. Reconnecting.`);
  });

  /** A task's first requests may come before its first connection: they wait for it. */
  const firstConnection = once(client, "ready", { signal: AbortSignal.timeout(connectTimeoutMs) }).then(
    () => undefined,
    () => undefined,
  );

  async function ask<T>(command: () => Promise<T>): Promise<T> {
    await firstConnection;
    try {
      return await command();
    } catch (error) {
      throw new StoreUnavailable(error);
    }
  }

  return {
    get: (key) => ask(async () => (await client.get(key)) ?? undefined),
    set: (key, value, ttlSeconds) =>
      ask(async () => {
        await client.set(key, value, "EX", Math.max(1, Math.ceil(ttlSeconds)));
      }),
    claim: (key, value, ttlSeconds) =>
      ask(async () => {
        const seconds = Math.max(1, Math.ceil(ttlSeconds));
        // Another's may expire between the two commands: then it is free again.
        for (;;) {
          if ((await client.set(key, value, "EX", seconds, "NX")) === "OK") return value;
          const known = await client.get(key);
          if (known !== null) return known;
        }
      }),
    take: (key) => ask(async () => (await client.getdel(key)) ?? undefined),
    delete: (...keys) =>
      ask(async () => {
        if (keys.length > 0) await client.del(...keys);
      }),
    status: () => ({ backend: "valkey", connected: client.status === "ready", tls: address.tls }),
    close: async () => {
      if (client.status === "ready") await client.quit().catch(() => client.disconnect());
      else client.disconnect();
    },
  };
}
