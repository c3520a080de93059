import * as v from "valibot";
import { defaultIdleSeconds, defaultStopSeconds, drainSecondsOf, idleVariable } from "#fleet/timing.ts";
import type { AuditOptions } from "./audit/index.ts";
import {
  ConfigurationError,
  domains,
  type Environment,
  EnvironmentReader,
  flag,
  integer,
  list,
  origins,
  publicUrl,
  redirects,
  secureUrl,
} from "./environment.ts";
import type { SessionBackend } from "./sessions/index.ts";
import { shortestKey } from "./sessions/sealing.ts";

/** The server's configuration, read once from the environment that the fleet injects. */
export interface Config {
  /** The service's key in the fleet, for logs and audit events. */
  readonly service: string;
  /** Its key in the map, by which its metrics are found; what it is called elsewhere does not depend on them. */
  readonly key: string | undefined;
  readonly host: string;
  readonly port: number;
  /** For how long the balancer keeps idle connections. */
  readonly idleTimeoutSeconds: number;
  /** The public base URL: what metadata and redirects name, never the port the task listens on. */
  readonly externalUrl: URL | undefined;
  readonly login: LoginConfig;
  /** What is sealed for a client to carry, any task of this server opens; none, and only the process that sealed it. */
  readonly sessionKeys: readonly string[];
  /** Origins whose pages may call this server from a browser, besides its own. */
  readonly allowedOrigins: readonly string[];
  readonly audit: AuditConfig;
  /** How long requests in flight may finish after SIGTERM; follows the `stopTimeout` of an entry with a sidecar. */
  readonly drainSeconds: number;
  /** Requests of one caller, in each task; undefined bounds none. */
  readonly callsPerMinute?: number | undefined;
  /** Where CloudWatch keeps the metrics of the tools, each of which costs money; undefined measures none. */
  readonly metricsNamespace?: string | undefined;
}

export type LoginConfig =
  | { readonly kind: "none" }
  | {
      /** Google has ways of its own, all others those of OpenID. */
      readonly kind: "google" | "openid";
      /** As people know the provider. */
      readonly name: string;
      readonly externalUrl: URL;
      readonly issuer: URL;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly redirectUri: URL;
      /** Requested from the provider besides `openid email profile`. */
      readonly scopes: readonly string[];
      /** Domains whose accounts may log in; empty leaves it to the provider. */
      readonly allowedDomains: readonly string[];
      /** Groups of which a user must be in one; empty asks for none. */
      readonly allowedGroups: readonly string[];
      /** Where clients may have people sent back to, with `*` in a port, a label or a path; empty allows what OAuth does. */
      readonly allowedRedirects: readonly string[];
      readonly sessions: SessionBackend;
    };

export type AuditConfig = { readonly kind: "off" } | ({ readonly kind: "splunk" } & AuditOptions);

/** @throws {ConfigurationError} naming every variable that is missing or wrong. */
export function readConfig(env: Environment): Config {
  const read = new EnvironmentReader(env);
  const key = read.optional("MCP_SERVICE", v.string());
  const config = {
    service: read.optional("SPLUNK_SOURCE", v.string()) ?? key ?? "mcp-starter",
    key,
    host: read.optional("HOST", v.string()) ?? "0.0.0.0",
    port: read.optional("PORT", integer(0, 65_535)) ?? 8000,
    idleTimeoutSeconds: read.optional(idleVariable, integer(1, 4000)) ?? defaultIdleSeconds,
    externalUrl: read.optional("WORKSPACE_EXTERNAL_URL", publicUrl),
    drainSeconds: read.optional("MCP_DRAIN_SECONDS", integer(0, 600)) ?? drainSecondsOf(defaultStopSeconds),
    sessionKeys: read.optional("SESSION_ENCRYPTION_KEY", sessionKeys) ?? [],
    callsPerMinute: read.optional("MCP_CALLS_PER_MINUTE", integer(1, 1_000_000)),
    metricsNamespace: read.optional("MCP_METRICS_NAMESPACE", v.string()),
    // As google_workspace names it.
    allowedOrigins: read.optional("OAUTH_ALLOWED_ORIGINS", origins) ?? [],
  };
  const login = readLogin(read, config.externalUrl);
  const audit = readAudit(read);
  if (login === undefined || audit === undefined || read.problems.length > 0) {
    throw new ConfigurationError([...new Set(read.problems)]);
  }
  return { ...config, login, audit };
}

function readLogin(read: EnvironmentReader, externalUrl: URL | undefined): LoginConfig | undefined {
  const kinds = v.picklist(["google", "openid", "none"], '"google", "openid" or "none" is allowed');
  const kind = read.optional("MCP_LOGIN", kinds) ?? "google";
  if (kind === "none") return { kind };

  const otherwise = "Set it, or MCP_LOGIN=none for a server that anyone who can reach it may use.";
  if (externalUrl === undefined) {
    read.required(
      "WORKSPACE_EXTERNAL_URL",
      publicUrl,
      `It is the public base URL that clients log in at. ${otherwise}`,
    );
  }
  const { prefix, secret, issuer: usual, name } = providers[kind];
  const clientId = read.required(`${prefix}_CLIENT_ID`, v.string(), `${secret} ${otherwise}`);
  const clientSecret = read.required(`${prefix}_CLIENT_SECRET`, v.string(), `${secret} ${otherwise}`);
  const redirectUri = read.optional(`${prefix}_REDIRECT_URI`, secureUrl);
  const issuer =
    read.optional(`${prefix}_ISSUER`, secureUrl) ??
    usual ??
    read.required(
      `${prefix}_ISSUER`,
      secureUrl,
      "It is the provider's address; /.well-known/openid-configuration lies below it.",
    );
  const rest = {
    scopes: read.optional(`${prefix}_SCOPES`, list) ?? [],
    allowedDomains: read.optional(`${prefix}_ALLOWED_DOMAINS`, domains) ?? [],
    // Google's ID tokens name no groups.
    allowedGroups: (kind === "openid" ? read.optional("OPENID_ALLOWED_GROUPS", list) : undefined) ?? [],
    allowedRedirects: read.optional("WORKSPACE_MCP_ALLOWED_CLIENT_REDIRECT_URIS", redirects) ?? [],
  };
  const sessions = readSessions(read);
  if (!externalUrl || clientId === undefined || clientSecret === undefined || issuer === undefined || !sessions) {
    return undefined;
  }
  return {
    kind,
    name: name ?? read.optional("OPENID_NAME", v.string()) ?? issuer.hostname,
    externalUrl,
    issuer,
    clientId,
    clientSecret,
    // The path the running google_workspace image has registered at Google.
    redirectUri: redirectUri ?? new URL("/oauth2callback", externalUrl),
    ...rest,
    sessions,
  };
}

const providers = {
  google: {
    prefix: "GOOGLE_OAUTH",
    name: "Google",
    issuer: new URL("https://accounts.google.com"),
    secret: "It comes from the secret /<stage>/mcp/google-oauth.",
  },
  openid: {
    prefix: "OPENID",
    name: undefined,
    issuer: undefined,
    secret: "It comes from a secret under /<stage>/mcp/ that the entry names.",
  },
} as const;

const sessionKeys = v.pipe(
  v.string(),
  v.transform((text) => text.split(",").map((key) => key.trim())),
  v.check(
    (keys) => keys.every((key) => key.length >= shortestKey),
    `keys of ${shortestKey} characters or more are allowed, separated by commas, the one that encrypts first; make ` +
      "one with: openssl rand -base64 32",
  ),
);

function readSessions(read: EnvironmentReader): SessionBackend | undefined {
  const kinds = v.picklist(["valkey", "memory"], '"valkey" or "memory" is allowed');
  const prefix = "WORKSPACE_MCP_OAUTH_PROXY";
  const kind = read.required(
    `${prefix}_STORAGE_BACKEND`,
    kinds,
    "Set it to valkey, or to memory for a single task whose logins end with it.",
  );
  if (kind === undefined) return undefined;
  if (kind === "memory") return { kind };

  const host = read.required(`${prefix}_VALKEY_HOST`, v.string(), "It is the address of the session store.");
  const credentials = read.optional("REDIS_HOST", v.string());
  if (host !== undefined && credentials !== undefined && credentials !== host) {
    read.problems.push(
      `REDIS_HOST is ${JSON.stringify(credentials)} and ${prefix}_VALKEY_HOST is ${JSON.stringify(host)}: this ` +
        "server keeps logins and Google tokens in one store. Set both to the same host.",
    );
  }
  const keys = read.required(
    "SESSION_ENCRYPTION_KEY",
    sessionKeys,
    "Sessions are encrypted at rest by a key of their own, not the OAuth client secret. Put one in a secret " +
      "under /<stage>/mcp/ and inject it; make one with: openssl rand -base64 32",
  );
  const address = {
    port: read.optional(`${prefix}_VALKEY_PORT`, integer(1, 65_535)) ?? 6379,
    db: read.optional(`${prefix}_VALKEY_DB`, integer(0, 15)) ?? 0,
    tls: read.optional(`${prefix}_VALKEY_USE_TLS`, flag) ?? false,
    username: read.optional(`${prefix}_VALKEY_USERNAME`, v.string()),
    password: read.optional(`${prefix}_VALKEY_PASSWORD`, v.string()),
  };
  const [first, ...rest] = keys ?? [];
  return host === undefined || first === undefined
    ? undefined
    : { kind, address: { host, ...address }, keys: [first, ...rest] };
}

function readAudit(read: EnvironmentReader): AuditConfig | undefined {
  if (!(read.optional("AUDIT_LOG_ENABLED", flag) ?? false)) return { kind: "off" };
  const secret = "It comes from the secret /<stage>/mcp/splunk. Set it, or AUDIT_LOG_ENABLED=false.";
  const hecUrl = read.required("SPLUNK_HEC_URL", secureUrl, secret);
  const token = read.required("SPLUNK_HEC_TOKEN", v.string(), secret);
  const rest = {
    index: read.optional("SPLUNK_INDEX", v.string()) ?? "mcp_audit",
    source: read.optional("SPLUNK_SOURCE", v.string()) ?? "mcp-starter",
    sourcetype: read.optional("SPLUNK_SOURCETYPE", v.string()) ?? "mcp:audit",
    spoolDirectory: read.optional("AUDIT_SPOOL_DIRECTORY", v.string()),
    spoolMaxBytes: read.optional("AUDIT_SPOOL_MAX_BYTES", integer(0, 2 ** 40)) ?? 256 * 2 ** 20,
  };
  return hecUrl === undefined || token === undefined ? undefined : { kind: "splunk", url: hecUrl, token, ...rest };
}
