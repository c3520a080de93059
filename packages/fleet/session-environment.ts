/** Strings, as they may be references in a template. */
export interface RedisAddress {
  readonly host: string;
  readonly port: string;
}

/** What a container with `sessions: true` is given besides the variables of its entry: where the shared sessions are. */
export function sessionEnvironment({ host, port }: RedisAddress): Readonly<Record<string, string>> {
  return {
    WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: "valkey",
    WORKSPACE_MCP_OAUTH_PROXY_VALKEY_HOST: host,
    WORKSPACE_MCP_OAUTH_PROXY_VALKEY_PORT: port,
    WORKSPACE_MCP_OAUTH_PROXY_VALKEY_USE_TLS: "true",
    GOOGLE_MCP_CREDENTIAL_BACKEND: "redis",
    REDIS_HOST: host,
    REDIS_PORT: port,
    REDIS_USE_TLS: "true",
  };
}

export const sessionVariables: readonly string[] = Object.keys(sessionEnvironment({ host: "", port: "" }));
