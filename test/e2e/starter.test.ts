import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Member } from "#start/client/member.ts";
import { hasRedis, type StoreKind } from "./starter/redis.ts";
import { clientId, indexed, type Stage, setStage } from "./starter/stage.ts";
import type { Task } from "./starter/task.ts";
import { textOf } from "./starter/text.ts";

const [ada, , eve] = exampleUsers;
const canary = "canary-7f3a9c";

const auditEvent = v.looseObject({
  id: v.string(),
  action: v.string(),
  outcome: v.optional(v.string()),
  tool: v.optional(v.string()),
  sequence: v.number(),
  session: v.optional(v.string()),
  user: v.optional(v.looseObject({ id: v.string(), email: v.optional(v.string()) })),
  client: v.optional(v.looseObject({ id: v.string(), name: v.optional(v.string()) })),
  argument_names: v.optional(v.array(v.string())),
});

describe("[STR-1] the starter with the embedded session store", () => keepsSessionsIn("embedded"));
if (hasRedis) describe("the starter with Redis over TLS", () => keepsSessionsIn("installed"));
else it("the starter with Redis over TLS", { skip: true, meta: { missing: "redis-server" } }, () => undefined);

function keepsSessionsIn(store: StoreKind): void {
  let stage: Stage;
  let task: Task;

  beforeAll(async () => {
    stage = await setStage(store);
    task = await stage.start();
    await stage.front.route(task.port);
  });
  afterAll(() => stage?.stop());

  const auditEvents = () =>
    stage.hec.search({ index: "mcp_audit", source: "mcp-google" }).map(({ event }) => v.parse(auditEvent, event));

  it("names only public URLs in its metadata", async () => {
    const origin = stage.front.url.origin;
    const resource = await (await fetch(`${origin}/.well-known/oauth-protected-resource/mcp`)).text();
    const server = await (await fetch(`${origin}/.well-known/oauth-authorization-server`)).text();
    expect(JSON.parse(resource)).toMatchObject({ resource: `${origin}/mcp`, authorization_servers: [origin] });
    expect(JSON.parse(server)).toMatchObject({
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      code_challenge_methods_supported: ["S256"],
    });
    expect(resource + server).not.toContain(String(task.port));
  });

  it("turns away a request without a token, and says where to log in", async () => {
    const response = await fetch(stage.mcp, { method: "POST", body: "{}" });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain(
      `resource_metadata="${stage.front.url.origin}/.well-known/oauth-protected-resource/mcp"`,
    );
  });

  it("[AUD-2] logs in through Google, calls tools, and leaves who, what and when in Splunk, and no content", async () => {
    const member = new Member(ada.sub);
    const end = await member.logIn(stage.mcp);
    expect(end.searchParams.get("state")).toBe("the-client-s-state");

    const client = await member.connect(stage.mcp);
    expect(textOf(await client.callTool({ name: "whoami", arguments: {} }))).toBe(ada.email);
    expect(textOf(await client.callTool({ name: "add", arguments: { a: 20, b: 22 } }))).toBe("42");
    expect(textOf(await client.callTool({ name: "google_profile", arguments: {} }))).toBe(ada.name);
    await client.callTool({ name: "add", arguments: { a: canary, b: canary, [canary]: canary } });
    await client.callTool({ name: canary, arguments: { [canary]: canary } }).catch(() => undefined);

    const calls = () => auditEvents().filter(({ action }) => action === "tool_call");
    await indexed(stage.hec, () => calls().length >= 5);
    expect(calls().map(({ tool, outcome, argument_names }) => [tool, outcome, argument_names])).toEqual([
      ["whoami", "success", []],
      ["add", "success", ["a", "b"]],
      ["google_profile", "success", []],
      ["add", "error", ["a", "b"]],
      ["unknown", "rejected", []],
    ]);
    const [login] = auditEvents().filter(({ action }) => action === "login");
    for (const event of [login, ...calls()]) {
      expect(event).toMatchObject({
        session: login?.session,
        user: { id: ada.sub, email: ada.email },
        client: { name: "Test client" },
      });
    }
    const everything = JSON.stringify(stage.hec.search()) + task.lines.join("\n");
    expect(everything).not.toContain(canary);
    expect(everything).not.toContain(member.accessToken);
  });

  it("[RED-3] reports in its log and its health which store it really uses", async () => {
    await task.logged("Using ValkeyStore");
    expect(await task.health()).toMatchObject({
      sessions: { backend: "valkey", connected: true, tls: true, encrypted: true },
      audit: { enabled: true, delivering: true, dropped: 0 },
    });
  });

  it("keeps nothing readable in Redis: no token, no address, no name", async () => {
    const member = new Member(ada.sub);
    await member.logIn(stage.mcp);
    const dump = await stage.redis.dump();
    expect(dump).toContain("mcp:");
    for (const secret of [member.accessToken, ada.email, ada.name, "ya29.", "1//"]) expect(dump).not.toContain(secret);
  });

  it("[RED-6] keeps a login across a restart and a rotation of both secrets, and shares it between two tasks", async () => {
    const member = new Member(ada.sub);
    await member.logIn(stage.mcp);

    stage.google.addSecret(clientId, "GOCSPX-the-next");
    const changed = {
      GOOGLE_OAUTH_CLIENT_SECRET: "GOCSPX-the-next",
      SESSION_ENCRYPTION_KEY: "the-second-key-of-the-test-0123456789,the-first-key-of-the-test-0123456789",
    };
    const [one, two] = await Promise.all([stage.start(changed), stage.start(changed)]);
    expect(await task.stop()).toBe(0);
    await stage.front.route(one.port, two.port);

    const client = await member.connect(stage.mcp);
    for (let call = 0; call < 4; call++) {
      expect(textOf(await client.callTool({ name: "whoami", arguments: {} }))).toBe(ada.email);
    }
    await member.refresh(stage.mcp);
    expect(textOf(await client.callTool({ name: "google_profile", arguments: {} }))).toBe(ada.name);
    task = one;
  });

  it("streams progress from the task that runs the call", async () => {
    const member = new Member(ada.sub);
    await member.logIn(stage.mcp);
    const client = await member.connect(stage.mcp);
    const seen: number[] = [];
    await client.callTool({ name: "countdown", arguments: { from: 1 } }, undefined, {
      onprogress: ({ progress }) => seen.push(progress),
    });
    expect(seen).toEqual([0, 1]);
  });

  it("ends a login that the user refuses, and records it", async () => {
    const before = auditEvents().length;
    const end = await new Member("").logIn(stage.mcp);
    expect(end.searchParams.get("error")).toBe("access_denied");
    const refused = await new Member(ada.sub).logIn(stage.mcp, "deny");
    expect(refused.searchParams.get("error")).toBe("access_denied");
    const denied = () =>
      auditEvents()
        .slice(before)
        .filter(({ outcome }) => outcome === "denied");
    await indexed(stage.hec, () => denied().length === 2);
  });

  it("admits only the configured Workspace domains, and records who was refused", async () => {
    const strict = await stage.start({ GOOGLE_OAUTH_ALLOWED_DOMAINS: "themailworks.com" });
    await stage.front.route(strict.port);
    await new Member(ada.sub).logIn(stage.mcp);
    const end = await new Member(eve?.sub ?? "").logIn(stage.mcp);
    expect(end.searchParams.get("error")).toBe("access_denied");
    expect(end.searchParams.get("error_description")).toContain("themailworks.com");
    await indexed(stage.hec, () =>
      auditEvents().some(({ outcome, user }) => outcome === "denied" && user?.email === eve?.email),
    );
    await strict.stop();
    await stage.front.route(task.port);
  });

  it("renews the user's access to Google when it has expired", async () => {
    stage.google.setAccessSeconds(1);
    const member = new Member(ada.sub);
    await member.logIn(stage.mcp);
    stage.google.setAccessSeconds(3599);
    const client = await member.connect(stage.mcp);
    expect(textOf(await client.callTool({ name: "google_profile", arguments: {} }))).toBe(ada.name);
  });

  it("refuses a login that another browser finishes", async () => {
    const response = await fetch(new URL("/consent", stage.front.url), {
      method: "POST",
      body: new URLSearchParams({ id: "made-up", decision: "allow" }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Start it again");
    expect((await fetch(new URL("/oauth2callback?code=4/x&state=made-up", stage.front.url))).status).toBe(400);
  });

  it("[AUD-3] sends nothing with AUDIT_LOG_ENABLED=false, and goes on logging", async () => {
    const quiet = await stage.start({ AUDIT_LOG_ENABLED: "false" });
    await stage.front.route(quiet.port);
    const before = stage.hec.search().length;
    const member = new Member(ada.sub);
    await member.logIn(stage.mcp);
    await (await member.connect(stage.mcp)).callTool({ name: "whoami", arguments: {} });
    expect(await quiet.stop()).toBe(0);
    expect(stage.hec.search().length).toBe(before);
    expect(quiet.lines.some((line) => line.includes('"path":"/mcp"'))).toBe(true);
    await stage.front.route(task.port);
  });
}
