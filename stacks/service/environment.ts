import type { ServicePlan } from "#fleet";

export interface RedisAddress {
  readonly host: string;
  readonly port: string;
}

/** The container's plain variables: those of the entry, and where the shared sessions are. */
export function containerEnvironment(
  { key, environment, sessions }: ServicePlan,
  redis: RedisAddress | undefined,
): Readonly<Record<string, string>> {
  if (!sessions) return environment;
  if (redis === undefined) throw new Error(`${key} has sessions, but the stage has no Redis.`);
  return {
    ...environment,
    WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: "valkey",
    WORKSPACE_MCP_OAUTH_PROXY_VALKEY_HOST: redis.host,
    WORKSPACE_MCP_OAUTH_PROXY_VALKEY_PORT: redis.port,
    WORKSPACE_MCP_OAUTH_PROXY_VALKEY_USE_TLS: "true",
    GOOGLE_MCP_CREDENTIAL_BACKEND: "redis",
    REDIS_HOST: redis.host,
    REDIS_PORT: redis.port,
    REDIS_USE_TLS: "true",
  };
}
