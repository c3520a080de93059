import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GoogleDouble, startGoogleDouble } from "@mcp-fleet/endpoint/doubles/google";
import { type HecDouble, startHecDouble } from "@mcp-fleet/endpoint/doubles/hec";
import { type Front, startFront } from "./front.ts";
import { type RedisServer, type StoreKind, startRedis } from "./redis.ts";
import { type Program, startTask, type Task } from "./task.ts";

export const clientId = "1234-starter.apps.googleusercontent.com";
export const clientSecret = "GOCSPX-of-the-test";

/** Everything the starter talks to, real or doubled, and tasks of it. */
export interface Stage {
  readonly front: Front;
  readonly redis: RedisServer;
  readonly google: GoogleDouble;
  readonly hec: HecDouble;
  readonly hecToken: string;
  /** `/mcp` as clients know it. */
  readonly mcp: URL;
  /** Starts a task with what the fleet injects, changed by `env`. Stopped with the stage. */
  start(env?: Readonly<Record<string, string>>, program?: Program): Promise<Task>;
  stop(): Promise<void>;
}

export async function setStage(store?: StoreKind): Promise<Stage> {
  const [front, redis, hec] = await Promise.all([startFront(), startRedis(store), startHecDouble()]);
  const google = await startGoogleDouble({
    clients: [{ id: clientId, secrets: [clientSecret], redirectUris: [new URL("/oauth2callback", front.url).href] }],
  });
  const token = hec.createToken({ name: "mcp", indexes: ["mcp_audit"] });
  const spool = await mkdtemp(join(tmpdir(), "starter-spool-"));
  const tasks: Task[] = [];

  return {
    front,
    redis,
    google,
    hec,
    hecToken: token.token,
    mcp: new URL("/mcp", front.url),
    start: async (env = {}, program = { kind: "starter" }) => {
      const injected = {
        NODE_EXTRA_CA_CERTS: redis.caFile,
        MCP_SERVICE: "google_workspace",
        WORKSPACE_EXTERNAL_URL: front.url.href,
        GOOGLE_OAUTH_ISSUER: google.issuer,
        GOOGLE_OAUTH_CLIENT_ID: clientId,
        GOOGLE_OAUTH_CLIENT_SECRET: clientSecret,
        WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: "valkey",
        WORKSPACE_MCP_OAUTH_PROXY_VALKEY_HOST: "localhost",
        WORKSPACE_MCP_OAUTH_PROXY_VALKEY_PORT: String(redis.port),
        WORKSPACE_MCP_OAUTH_PROXY_VALKEY_USE_TLS: "true",
        GOOGLE_MCP_CREDENTIAL_BACKEND: "redis",
        REDIS_HOST: "localhost",
        REDIS_PORT: String(redis.port),
        REDIS_USE_TLS: "true",
        SESSION_ENCRYPTION_KEY: "the-first-key-of-the-test-0123456789",
        AUDIT_LOG_ENABLED: "true",
        SPLUNK_INDEX: "mcp_audit",
        SPLUNK_SOURCE: "mcp-google",
        SPLUNK_HEC_URL: hec.url,
        SPLUNK_HEC_TOKEN: token.token,
        AUDIT_SPOOL_DIRECTORY: spool,
        ...env,
      };
      const task = await startTask(injected, program);
      tasks.push(task);
      return task;
    },
    stop: async () => {
      await Promise.all(tasks.map((task) => task.kill()));
      await Promise.all([front.stop(), redis.stop(), google.stop(), hec.stop()]);
      await rm(spool, { recursive: true, force: true });
    },
  };
}

/** Resolves when what Splunk indexed fulfils `enough`. */
export function indexed(hec: HecDouble, enough: (events: ReturnType<HecDouble["search"]>) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!enough(hec.search())) return;
      off();
      resolve();
    };
    const off = hec.onEvent(check);
    check();
  });
}
