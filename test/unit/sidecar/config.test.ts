import { describe, expect, it } from "vitest";
import { sidecarSettings } from "#fleet/checks/variable.ts";
import { idleVariable } from "#fleet/timing.ts";
import { readConfig } from "#sidecar/config.ts";
import { ConfigurationError, findPlaceholders } from "#sidecar/environment.ts";
import { readSidecarConfig } from "#sidecar/server-config.ts";

const fleet = {
  WORKSPACE_EXTERNAL_URL: "https://google.mcp.themailworks.com",
  GOOGLE_OAUTH_CLIENT_ID: "id",
  GOOGLE_OAUTH_CLIENT_SECRET: "secret",
  WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: "valkey",
  WORKSPACE_MCP_OAUTH_PROXY_VALKEY_HOST: "redis.internal",
  WORKSPACE_MCP_OAUTH_PROXY_VALKEY_PORT: "6379",
  WORKSPACE_MCP_OAUTH_PROXY_VALKEY_USE_TLS: "true",
  GOOGLE_MCP_CREDENTIAL_BACKEND: "redis",
  REDIS_HOST: "redis.internal",
  REDIS_PORT: "6379",
  REDIS_USE_TLS: "true",
  SESSION_ENCRYPTION_KEY: "0123456789-0123456789-0123456789",
  AUDIT_LOG_ENABLED: "true",
  SPLUNK_INDEX: "mcp_audit",
  SPLUNK_SOURCE: "mcp-google",
  SPLUNK_HEC_URL: "https://splunk.example.com:8088",
  SPLUNK_HEC_TOKEN: "token",
};

function problemsOf(env: Readonly<Record<string, string | undefined>>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return "";
}

describe("the configuration", () => {
  it("[RED-3] [AUD-1] reads the environment that the fleet injects", () => {
    const config = readConfig(fleet);
    expect(config.port).toBe(8000);
    expect(config.login).toMatchObject({
      kind: "google",
      redirectUri: new URL("https://google.mcp.themailworks.com/oauth2callback"),
      sessions: { kind: "valkey", address: { host: "redis.internal", port: 6379, tls: true } },
    });
    expect(config.audit).toMatchObject({ kind: "splunk", index: "mcp_audit", source: "mcp-google" });
  });

  it("names everything that is missing at once, with the remedy", () => {
    const problems = problemsOf({});
    for (const name of ["WORKSPACE_EXTERNAL_URL", "GOOGLE_OAUTH_CLIENT_ID", "GOOGLE_OAUTH_CLIENT_SECRET"]) {
      expect(problems).toContain(`${name} is not set.`);
    }
    expect(problems).toContain("MCP_LOGIN=none");
  });

  it("does not start without its own key for the sessions, and never uses the client secret as one", () => {
    expect(problemsOf({ ...fleet, SESSION_ENCRYPTION_KEY: undefined })).toContain("SESSION_ENCRYPTION_KEY is not set.");
  });

  it("never falls back to memory", () => {
    expect(problemsOf({ ...fleet, WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: undefined })).toContain(
      "Set it to valkey",
    );
    expect(problemsOf({ ...fleet, WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: "disk" })).toContain(
      'WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND is "disk": "valkey" or "memory" is allowed.',
    );
  });

  it.each([
    ["WORKSPACE_EXTERNAL_URL", "http://google.mcp.themailworks.com", "https://<host> without a path is allowed"],
    ["WORKSPACE_EXTERNAL_URL", "https://google.mcp.themailworks.com/mcp", "without a path"],
    ["WORKSPACE_MCP_OAUTH_PROXY_VALKEY_PORT", "redis", "a whole number from 1 to 65535 is allowed"],
    ["SPLUNK_HEC_URL", "http://splunk.example.com:8088", "https is required"],
    ["AUDIT_LOG_ENABLED", "yes", "true or false is allowed"],
    ["REDIS_HOST", "another.internal", "Set both to the same host"],
  ])("names %s when it is %s", (name, value, allowed) => {
    const problems = problemsOf({ ...fleet, [name]: value });
    expect(problems).toContain(name);
    expect(problems).toContain(value);
    expect(problems).toContain(allowed);
  });

  it("[SEC-5] never shows a secret's value", () => {
    const problems = problemsOf({ ...fleet, SESSION_ENCRYPTION_KEY: "too-short" });
    expect(problems).toContain("openssl rand -base64 32");
    expect(problems).not.toContain("too-short");
  });

  it("distinguishes a placeholder from a value", () => {
    const env = {
      GOOGLE_OAUTH_CLIENT_ID: "replace-me.apps.googleusercontent.com",
      SPLUNK_HEC_TOKEN: "00000000-0000-0000-0000-000000000000",
      SPLUNK_HEC_URL: "https://splunk.example.com:8088",
    };
    expect(findPlaceholders(env)).toEqual(["GOOGLE_OAUTH_CLIENT_ID", "SPLUNK_HEC_TOKEN"]);
  });

  it("[MCP-2] takes any OpenID provider, with the domains and groups that it admits, and whom it lets in from a browser", () => {
    const { GOOGLE_OAUTH_CLIENT_ID: _, GOOGLE_OAUTH_CLIENT_SECRET: __, ...rest } = fleet;
    const openid = {
      ...rest,
      MCP_LOGIN: "openid",
      OPENID_ISSUER: "https://example.okta.com/oauth2/default",
      OPENID_CLIENT_ID: "id",
      OPENID_CLIENT_SECRET: "secret",
      OPENID_ALLOWED_DOMAINS: "Example.com",
      OPENID_ALLOWED_GROUPS: "mcp-users, mcp-admins",
      OAUTH_ALLOWED_ORIGINS: "https://claude.ai",
    };
    const config = readConfig(openid);
    expect(config.allowedOrigins).toEqual(["https://claude.ai"]);
    expect(config.login).toMatchObject({
      kind: "openid",
      name: "example.okta.com",
      allowedDomains: ["example.com"],
      allowedGroups: ["mcp-users", "mcp-admins"],
    });
    expect(problemsOf({ ...openid, OPENID_ISSUER: undefined })).toContain("OPENID_ISSUER is not set.");
    expect(problemsOf({ ...openid, OAUTH_ALLOWED_ORIGINS: "https://claude.ai/" })).toContain("origins are allowed");
    for (const domain of ["@example.com", "https://example.com", "example"]) {
      expect(problemsOf({ ...openid, OPENID_ALLOWED_DOMAINS: domain })).toContain("domains are allowed");
    }
    for (const pattern of ["claude.ai", "cursor://callback", "https:///cb", "https://claude.ai#"]) {
      const env = { ...openid, WORKSPACE_MCP_ALLOWED_CLIENT_REDIRECT_URIS: `http://localhost:*,${pattern}` };
      expect(problemsOf(env)).toContain("addresses are allowed");
    }
  });

  it("needs no secret for a server without login and audit", () => {
    expect(readConfig({ MCP_LOGIN: "none" })).toMatchObject({ login: { kind: "none" }, audit: { kind: "off" } });
  });
});

it("[MCP-5] [STR-8] reads no variable that the map lets a server over stdio set for it", () => {
  const read = new Set<string>();
  const values = { WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: "valkey", AUDIT_LOG_ENABLED: "true" };
  const secret = "a-secret-of-thirty-two-characters";
  for (const login of ["google", "openid"] as const) {
    const env: Record<string, string> = { ...values, MCP_LOGIN: login, WORKSPACE_EXTERNAL_URL: "https://a.example" };
    const recording = new Proxy(env, {
      get: (target, name) => {
        read.add(String(name));
        return target[String(name)] ?? (/ISSUER$|URL$/.test(String(name)) ? "https://a.example" : undefined) ?? secret;
      },
    });
    try {
      readSidecarConfig(recording, ["program"]);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
    }
  }
  const given = [idleVariable, "PORT", "MCP_SERVICE", "REDIS_HOST"];
  const open = [...read].filter((name) => !sidecarSettings.test(name) && !/^(?:GOOGLE_OAUTH|OPENID)_/.test(name));
  expect(open.filter((name) => !given.includes(name))).toEqual([]);
  expect(read.size).toBeGreaterThan(30);
});
