import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Action } from "#console/model/action.ts";
import type { Happening } from "#console/model/happening.ts";
import { type Console, openConsole } from "#console/server.ts";
import type { FleetActions, FleetView } from "#console/view.ts";

/** A fleet whose alarms cannot be read, and in which things happen when the test says so. */
function quietFleet() {
  const listeners = new Set<(happening: Happening) => void>();
  const view: FleetView = {
    stage: "local",
    toDeploy: "restart it",
    services: async () => [],
    secrets: async () => [],
    alarms: () => Promise.reject(new Error("AccessDenied")),
    chats: async () => ({ chats: [], messages: [], mutes: [], waiting: 0, dead: 0 }),
    tools: async () => ({ times: [], tools: [], more: 0, marks: [] }),
    splunkRefusesUntil: () => undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const happen = (happening: Happening) => {
    for (const listener of listeners) listener(happening);
  };
  return { view, happen, listeners };
}

function recorder(failure?: string) {
  const performed: Action[] = [];
  const actions: FleetActions = {
    mode: "actions",
    async perform(action) {
      if (failure !== undefined) throw new Error(failure);
      performed.push(action);
      return "Done.";
    },
  };
  return { performed, actions };
}

let opened: Console | undefined;
afterEach(() => opened?.close());

async function open(view: FleetView, actions?: FleetActions): Promise<Console> {
  opened = await openConsole({ port: 0, view, actions, intervalMs: () => 50 });
  return opened;
}

async function tokenOf({ url }: Console): Promise<string> {
  const page = await (await fetch(url)).text();
  return /name="action-token" content="([^"]+)"/.exec(page)?.[1] ?? "";
}

const kill = { kind: "kill-task", task: "a" };
const act = ({ url }: Console, body: unknown, headers: Readonly<Record<string, string>>) =>
  fetch(`${url}/actions`, { method: "POST", headers, body: JSON.stringify(body) });

/** `fetch` sets the host itself. */
function askAs(host: string, { url }: Console): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host } }, async (response) =>
      resolve({ status: response.statusCode ?? 0, body: await text(response) }),
    );
    sent.on("error", reject).end();
  });
}

/** Collects the events of a connection until it is aborted. */
async function watch({ url }: Console) {
  const stop = new AbortController();
  const events: { kind: string }[] = [];
  const response = await fetch(`${url}/events`, { signal: stop.signal });
  const reading = (async () => {
    let rest = "";
    for await (const chunk of response.body ?? []) {
      const parts = (rest + Buffer.from(chunk).toString()).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) if (part.startsWith("data: ")) events.push(JSON.parse(part.slice(6)));
    }
  })().catch(() => undefined);
  return {
    events,
    async stop() {
      stop.abort();
      await reading;
    },
  };
}

describe("the console's server", () => {
  it("does what its own page asks for", async () => {
    const { performed, actions } = recorder();
    const console = await open(quietFleet().view, actions);
    const answer = await act(console, kill, { "x-console-token": await tokenOf(console) });
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true, message: "Done." }]);
    expect(performed).toEqual([kill]);
  });

  it("[CHAT-14] shows its page to whoever comes from a message", async () => {
    const { url } = await open(quietFleet().view);
    const answer = await fetch(`${url}/?about=Alarm%20prod-mcp-wiki-latency`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  });

  it.each([
    ["without the token", async () => ({})],
    ["with a wrong token", async () => ({ "x-console-token": "x".repeat(32) })],
    [
      "of another origin, even with the token",
      async (console: Console) => ({ "x-console-token": await tokenOf(console), origin: "https://evil.example" }),
    ],
  ])("does nothing for a request %s", async (_, headers) => {
    const { performed, actions } = recorder();
    const console = await open(quietFleet().view, actions);
    expect((await act(console, kill, await headers(console))).status).toBe(403);
    expect(performed).toEqual([]);
  });

  it("lets no page of another origin ask first", async () => {
    const console = await open(quietFleet().view, recorder().actions);
    const preflight = await fetch(`${console.url}/actions`, {
      method: "OPTIONS",
      headers: {
        origin: "https://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-console-token",
      },
    });
    expect(preflight.ok).toBe(false);
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("shows nothing to a name that was made to point here (DNS rebinding)", async () => {
    const console = await open(quietFleet().view, recorder().actions);
    const { status, body } = await askAs("evil.example", console);
    expect(status).toBe(403);
    expect(body).not.toContain("action-token");
    expect((await askAs(`localhost:${new URL(console.url).port}`, console)).status).toBe(200);
  });

  it("is read-only without actions", async () => {
    const console = await open(quietFleet().view);
    const answer = await act(console, kill, { "x-console-token": await tokenOf(console) });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({ ok: false, message: "This console is read-only." });
  });

  it.each([
    [{ kind: "delete-everything" }, 400],
    [{ kind: "kill-task" }, 400],
    [{ ...kill, task: "a".repeat(5000) }, 413],
  ])("does not take %o for an action", async (body, status) => {
    const { performed, actions } = recorder();
    const console = await open(quietFleet().view, actions);
    expect((await act(console, body, { "x-console-token": await tokenOf(console) })).status).toBe(status);
    expect(performed).toEqual([]);
  });

  it("says why an action failed", async () => {
    const console = await open(quietFleet().view, recorder("Task a is gone.").actions);
    const answer = await act(console, kill, { "x-console-token": await tokenOf(console) });
    expect([answer.status, await answer.json()]).toEqual([409, { ok: false, message: "Task a is gone." }]);
  });

  it("runs no script but its own, and is not framed", async () => {
    const { headers } = await fetch((await open(quietFleet().view)).url);
    const policy = headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
  });

  it("sends each watcher which fleet it is, what is known, and what could not be read", async () => {
    const console = await open(quietFleet().view);
    const first = await watch(console);
    const expected = [
      {
        kind: "hello",
        stage: "local",
        toDeploy: "restart it",
        mode: "read-only",
        happenings: true,
        searches: false,
        notices: [],
      },
      { kind: "services", services: [] },
      { kind: "unreadable", part: "alarms", reason: "AccessDenied" },
    ];
    await vi.waitFor(() => expect(first.events).toEqual(expect.arrayContaining(expected)));
    const second = await watch(console);
    await vi.waitFor(() => expect(second.events).toEqual(expect.arrayContaining(expected)));
    expect(second.events[0]).toEqual(expected[0]);
    await Promise.all([first.stop(), second.stop()]);
  });

  it("[SAFE-4] sends texts of others so that none turns around, or hides, what is beside it", async () => {
    const hostile = {
      name: "local-mcp-x",
      subject: "x",
      state: "ALARM" as const,
      reason: "\u202etxet\u001b[31m\ud83e",
      since: 0,
    };
    const console = await open({ ...quietFleet().view, alarms: async () => [hostile] });
    const { events, stop } = await watch(console);
    const alarms = [{ ...hostile, reason: "\\u202etxet\ufffd" }];
    await vi.waitFor(() => expect(events).toContainEqual({ kind: "alarms", alarms }), 30_000);
    await stop();
  });

  it("sends what happened before somebody watched, and what happens then, once each", async () => {
    const { view, happen } = quietFleet();
    const console = await open(view);
    const call = (operation: string): Happening => ({
      kind: "call",
      call: { at: 1, service: "ecs", operation, status: 200, ms: 1 },
    });
    happen(call("before"));
    const { events, stop } = await watch(console);
    happen(call("after"));
    const sent = () => JSON.stringify(events.filter(({ kind }) => kind === "calls"));
    await vi.waitFor(() => expect(sent()).toContain("after"), 3000);
    expect(sent().match(/before/g)).toHaveLength(1);
    expect(sent().match(/after/g)).toHaveLength(1);
    await stop();
  });

  it("[OPS-2] keeps what changed for whoever comes later, or reloads the page", async () => {
    let state: "ALARM" | "OK" = "OK";
    const one = { name: "local-mcp-echo-errors5xx", subject: "errors5xx", reason: "", since: 0 };
    const console = await open({ ...quietFleet().view, alarms: async () => [{ ...one, state }] });
    const first = await watch(console);
    const kinds = () => first.events.map(({ kind }) => kind);
    await vi.waitFor(() => expect(kinds()).toContain("alarms"), 30_000);
    state = "ALARM";
    await vi.waitFor(() => expect(kinds()).toContain("notices"), 30_000);
    await first.stop();
    const second = await watch(console);
    const notice = { id: 1, at: expect.any(Number), tone: "bad", text: `${one.name} is in alarm.` };
    await vi.waitFor(() => expect(second.events[0]).toMatchObject({ kind: "hello", notices: [notice] }), 30_000);
    await second.stop();
  });

  it("[OPS-2] answers what the page asks of tools and past audit events, and why it cannot", async () => {
    const found = { at: 1, source: "mcp-echo", who: "ada", action: "tool_call", outcome: "success" };
    const asked: unknown[] = [];
    const console = await open({
      ...quietFleet().view,
      async tools(...of) {
        asked.push(of);
        throw new Error("The AWS credentials have expired");
      },
      async findAudits(filter) {
        asked.push(filter);
        return [found];
      },
    });
    const ask = async (address: string) => {
      const response = await fetch(`${console.url}${address}`);
      return [response.status, await response.json()];
    };
    expect(await ask("/audits?filter=ada%20error")).toEqual([200, [found]]);
    expect(await ask("/tools?service=echo&span=2w")).toEqual([502, { message: "The AWS credentials have expired" }]);
    expect((await ask("/tools?service=echo&span=3y"))[0]).toBe(400);
    expect((await ask(`/audits?filter=${"x".repeat(201)}`))[0]).toBe(400);
    expect(asked).toEqual(["ada error", ["echo", "2w"]]);
  });

  it("reads the fleet only while somebody watches, and releases it when closed", async () => {
    const { view, listeners } = quietFleet();
    const services = vi.fn(view.services);
    const console = await open({ ...view, services });
    expect(services).not.toHaveBeenCalled();
    const { stop } = await watch(console);
    await vi.waitFor(() => expect(services.mock.calls.length).toBeGreaterThan(2));
    await stop();
    await vi.waitFor(async () => {
      const before = services.mock.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 120));
      expect(services.mock.calls.length).toBe(before);
    });
    await console.close();
    expect(listeners.size).toBe(0);
  });
});
