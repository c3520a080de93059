import { describe, expect, it } from "vitest";
import { defineFleet, planStage, type ServiceDefinition, type ServicePlan } from "#fleet";
import fixture from "../../fixture/map.ts";

const sidecar = { image: "registry.example.com/mcp/sidecar:1.0.0" };
const entry = { host: "notes", image: "registry.example.com/mcp/notes:1", port: 8000, cpu: 256, memory: 512 };
const keys = { secret: "session-keys", keys: ["SESSION_ENCRYPTION_KEY"] };
const login = { login: "google", secrets: ["google-oauth", keys] } as const;

const mapWith = (changes: Partial<ServiceDefinition>) =>
  defineFleet({ ...fixture, sidecar, services: { notes: { ...entry, ...changes } } });
const plan = (changes: Partial<ServiceDefinition>, stage: "prod" | "local" = "prod"): ServicePlan => {
  const [service] = planStage(mapWith(changes), stage).services;
  if (service === undefined) throw new Error("The map has a service.");
  return service;
};
const keysOf = (secrets: ServicePlan["secrets"] = []) => secrets.map(({ key }) => key);

describe("[MCP-6] the sidecar of a server over HTTP", () => {
  const http = {
    sidecar: { ...login, environment: { GOOGLE_OAUTH_ALLOWED_DOMAINS: "example.com" }, callsPerMinute: 60 },
    healthPath: "/healthz",
    audit: { source: "mcp-notes" },
    secrets: [{ secret: "chat", keys: ["SLACK_BOT_TOKEN"] }],
    environment: { MODE: "http", SELF: "{url}" },
    command: ["--port", "$PORT"],
    local: { command: ["node", "notes.ts", "$PORT"] },
  } as const;

  it("is what the balancer talks to; the server has its own container, port, variables and secrets", () => {
    const service = plan(http);
    expect(service).toMatchObject({
      image: sidecar.image,
      port: 8080,
      health: { path: "/health", codes: "200" },
      sessions: true,
      command: undefined,
      environment: {
        PORT: "8080",
        MCP_UPSTREAM: "http://127.0.0.1:8000/mcp",
        MCP_UPSTREAM_HEALTH: "http://127.0.0.1:8000/healthz",
        MCP_LOGIN: "google",
        MCP_SERVICE: "notes",
        MCP_METRICS_NAMESPACE: "mcp-fleet/prod",
        MCP_CALLS_PER_MINUTE: "60",
        WORKSPACE_EXTERNAL_URL: "https://notes.mcp.themailworks.com",
        GOOGLE_OAUTH_ALLOWED_DOMAINS: "example.com",
        SPLUNK_SOURCE: "mcp-notes",
      },
      behind: {
        name: "notes-server",
        image: entry.image,
        port: 8000,
        command: ["--port", "8000"],
        environment: {
          PORT: "8000",
          MODE: "http",
          SELF: "https://notes.mcp.themailworks.com",
          MCP_IDLE_TIMEOUT_SECONDS: "300",
        },
      },
    });
    expect(Object.keys(service.behind?.environment ?? {})).toHaveLength(4);
    expect(service.environment).not.toHaveProperty("MODE");
    expect(keysOf(service.secrets)).toEqual([
      "GOOGLE_OAUTH_CLIENT_ID",
      "GOOGLE_OAUTH_CLIENT_SECRET",
      "SESSION_ENCRYPTION_KEY",
      "SPLUNK_HEC_URL",
      "SPLUNK_HEC_TOKEN",
    ]);
    expect(keysOf(service.behind?.secrets)).toEqual(["SLACK_BOT_TOKEN"]);
  });

  it("rolls with the secrets of either, and takes a port that the server does not have", () => {
    const uses = planStage(mapWith(http), "prod").secrets.filter(({ usedBy }) => usedBy.includes("notes"));
    expect(uses.map(({ key }) => key)).toEqual(["google-oauth", "splunk", "chat", "session-keys"]);
    expect(plan({ ...http, port: 8080 })).toMatchObject({ port: 8081, behind: { port: 8080 } });
  });

  it("[ECS-8] lets calls finish for as long as the entry's tasks may take to stop", () => {
    expect(plan({ ...http, stopTimeout: 120 }).environment).toMatchObject({ MCP_DRAIN_SECONDS: "110" });
    expect(plan(http).environment).not.toHaveProperty("MCP_DRAIN_SECONDS");
  });

  it("sends the server the token that both have from one secret", () => {
    const token = [{ secret: "chat", keys: ["SLACK_BOT_TOKEN"] }] as const;
    const { environment, behind } = plan({
      sidecar: { login: "none", secrets: token, bearer: "SLACK_BOT_TOKEN" },
      secrets: token,
    });
    expect(environment.MCP_UPSTREAM_BEARER).toBe("SLACK_BOT_TOKEN");
    expect(keysOf(behind?.secrets)).toEqual(["SLACK_BOT_TOKEN"]);
  });

  it("runs on this machine wherever the server does", () => {
    expect(plan(http, "local")).toMatchObject({
      localCommand: ["node", "packages/sidecar/main.ts"],
      behind: { localCommand: ["node", "notes.ts", "$PORT"] },
    });
    const { local: _, ...elsewhere } = http;
    expect(plan(elsewhere, "local")).toMatchObject({ localCommand: undefined, desiredCount: 0 });
  });

  it("answers the OAuth paths of its host before others do, if it has a login", () => {
    expect(plan(http).rulePriority).toBeLessThan(25_000);
    expect(plan({ sidecar: { login: "none" } }).rulePriority).toBeGreaterThan(25_000);
  });
});

describe("[MCP-5] the sidecar of a server over stdio", () => {
  const stdio = {
    sidecar: { ...login, stdio: ["mcp-server-memory", "--at=$MODE"], instances: "shared" },
    environment: { MODE: "fast" },
    secrets: [{ secret: "chat", keys: ["SLACK_BOT_TOKEN"] }],
  } as const;

  it("is in the image, starts the server, and gives it its own variables alone", () => {
    expect(plan(stdio)).toMatchObject({
      image: entry.image,
      port: 8000,
      command: ["mcp-server-memory", "--at=fast"],
      behind: undefined,
      environment: {
        PORT: "8000",
        MODE: "fast",
        MCP_CHILD_VARIABLES: "MODE,SLACK_BOT_TOKEN",
        MCP_CHILD_INSTANCES: "shared",
        MCP_CHILD_MEMORY_MIB: "384",
      },
    });
  });

  it("runs without an image on this machine, by another program if the map names one", () => {
    const here = ["node", "packages/sidecar/main.ts"];
    expect(plan(stdio, "local").localCommand).toEqual([...here, "mcp-server-memory", "--at=fast"]);
    const other = { ...stdio, local: { command: ["npx", "memory"] as const } };
    expect(plan(other, "local").localCommand).toEqual([...here, "npx", "memory"]);
  });
});

describe("an entry whose sidecar cannot work is refused", () => {
  const stdio = { login: "none", stdio: ["memory"] } as const;
  it.each<[what: string, changes: object, field: string, words: RegExp]>([
    [
      "a login without its secrets",
      { sidecar: { login: "google" } },
      "services.notes.sidecar.login",
      /SESSION_ENC.*sidecar\.secrets/s,
    ],
    [
      "a secret that there is not",
      { sidecar: { ...login, secrets: ["chats"] } },
      "services.notes.sidecar.secrets.0",
      /Did you mean "chat"/,
    ],
    [
      "a command beside stdio",
      { sidecar: stdio, command: ["x"] },
      "services.notes.command",
      /nothing beside sidecar\.stdio/,
    ],
    [
      "a health check beside stdio",
      { sidecar: stdio, healthPath: "/x" },
      "services.notes.healthPath",
      /answers for it/,
    ],
    [
      "Redis for the server behind",
      { sidecar: { login: "none" }, sessions: true },
      "services.notes.sessions",
      /gets no Redis/,
    ],
    [
      "a variable of the sidecar's own",
      { sidecar: { login: "none", environment: { MCP_LOGIN: "none" } } },
      "services.notes.sidecar.environment.MCP_LOGIN",
      /the sidecar itself/,
    ],
    [
      "a credential",
      { sidecar: { ...login, environment: { API_TOKEN: "abcdef0123456789abcdef" } } },
      "services.notes.sidecar.environment.API_TOKEN",
      /sidecar\.secrets/,
    ],
    [
      "a variable that both halves of one container have",
      { sidecar: stdio, environment: { MCP_SERVICE: "x" } },
      "services.notes.environment.MCP_SERVICE",
      /the sidecar itself/,
    ],
    [
      "a variable by which a server over stdio would choose who issues logins",
      { sidecar: { ...login, stdio: ["memory"] }, environment: { GOOGLE_OAUTH_ISSUER: "https://elsewhere.example" } },
      "services.notes.environment.GOOGLE_OAUTH_ISSUER",
      /takes GOOGLE_OAUTH_ISSUER as its own setting.*sidecar\.stdio/s,
    ],
    [
      "a variable by which a server over stdio would choose what it may ask",
      { sidecar: stdio, environment: { MCP_CHILD_ASKS: "roots" } },
      "services.notes.environment.MCP_CHILD_ASKS",
      /as its own setting/,
    ],
    [
      "a token for the server behind that is no key of the sidecar's secrets",
      { sidecar: { login: "none", bearer: "SLACK_BOT_TOKEN" }, secrets: ["chat"] },
      "services.notes.sidecar.bearer",
      /it has none.*services\.notes\.secrets for the server/s,
    ],
    [
      "a program as one text",
      { sidecar: { ...stdio, stdio: "npx memory" } },
      "services.notes.sidecar.stdio",
      /\["npx","memory"\]/,
    ],
  ])("[MCP-6] %s", (_, changes, field, words) => {
    expect(() => mapWith(changes)).toThrow(field);
    expect(() => mapWith(changes)).toThrow(words);
  });

  it("[MCP-6] a server over HTTP in a map without the sidecar's image", () => {
    const services = { notes: { ...entry, sidecar: { login: "none" } } } as const;
    const { sidecar: _, ...without } = fixture;
    expect(() => defineFleet({ ...without, services })).toThrow(/services\.notes\.sidecar.*names its image/s);
  });
});
