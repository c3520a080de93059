import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Member } from "#start/client/member.ts";
import { type Stage, setStage } from "./starter/stage.ts";
import type { Task } from "./starter/task.ts";
import { textOf } from "./starter/text.ts";
import { startWire } from "./starter/wire.ts";

const [ada] = exampleUsers;
describe("the starter during failures around it", () => {
  let stage: Stage;
  let task: Task;

  beforeAll(async () => {
    stage = await setStage();
    task = await stage.start();
    await stage.front.route(task.port);
  });
  afterAll(() => stage?.stop());

  it("answers new logins with 503 while Redis is down, serves current users, and reconnects by itself", async () => {
    const member = new Member(ada.sub);
    await member.logIn(stage.mcp);
    await stage.front.route(task.port);
    const client = await member.connect(stage.mcp);
    await stage.redis.takeDown();

    const registration = await fetch(new URL("/register", stage.front.url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(member.clientMetadata),
    });
    expect(registration.status).toBe(503);
    expect(registration.headers.get("retry-after")).toBe("5");
    expect(await registration.json()).toMatchObject({ error: "temporarily_unavailable" });
    expect(textOf(await client.callTool({ name: "whoami", arguments: {} }))).toBe(ada.email);
    const stranger = await fetch(stage.mcp, { method: "POST", headers: { authorization: "Bearer not-seen-before" } });
    expect(stranger.status).toBe(503);
    expect(await task.health()).toMatchObject({ status: "ok", sessions: { connected: false } });

    await stage.redis.bringUp();
    await expect.poll(async () => (await task.health()).sessions.connected, { timeout: 10_000 }).toBe(true);
    await member.refresh(stage.mcp);
    await new Member(ada.sub).logIn(stage.mcp);
  });

  it("drops a Redis node that vanished silently for the one that answers at its address", async () => {
    const wire = await startWire(stage.redis.port);
    const address = { WORKSPACE_MCP_OAUTH_PROXY_VALKEY_PORT: String(wire.port), REDIS_PORT: String(wire.port) };
    const wired = await stage.start(address);
    await stage.front.route(wired.port);
    const member = new Member(ada.sub);
    await member.logIn(stage.mcp);
    wire.freeze();
    const register = async () => {
      const body = JSON.stringify(member.clientMetadata);
      const headers = { "content-type": "application/json" };
      return (await fetch(new URL("/register", stage.front.url), { method: "POST", headers, body })).status;
    };
    expect(await register()).toBe(503);
    await expect.poll(register, { timeout: 10_000 }).toBe(201);
    await wired.stop();
    await wire.stop();
    await stage.front.route(task.port);
  });

  it("logs what to do when Google does not accept the client secret, and fails the login with an error", async () => {
    const stale = await stage.start({ GOOGLE_OAUTH_CLIENT_SECRET: "GOCSPX-disabled-long-ago" });
    await stage.front.route(stale.port);
    const end = await new Member(ada.sub).logIn(stage.mcp);
    expect(end.searchParams.get("error")).toBe("server_error");
    await stale.logged("set the current pair in the secret /<stage>/mcp/google-oauth and roll the service");
    expect(stale.lines.join("\n")).not.toContain("GOCSPX-disabled-long-ago");
    await stale.stop();
    await stage.front.route(task.port);
  });

  it("asks a client to retry when Google does not answer", async () => {
    const fresh = await stage.start();
    await stage.front.route(fresh.port);
    stage.google.setFault("refuse");
    const end = await new Member(ada.sub).logIn(stage.mcp).finally(() => stage.google.setFault(undefined));
    expect(end.searchParams.get("error")).toBe("temporarily_unavailable");
    stage.google.setFault("unavailable", "/token");
    const late = await new Member(ada.sub).logIn(stage.mcp).finally(() => stage.google.setFault(undefined));
    expect(late.searchParams.get("error")).toBe("temporarily_unavailable");
    await new Member(ada.sub).logIn(stage.mcp);
    await fresh.stop();
    await stage.front.route(task.port);
  });
});
