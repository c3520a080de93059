import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { silent } from "#sidecar/log.ts";
import type { Admission } from "#sidecar/server/admission.ts";
import { openSessions } from "#sidecar/sessions/index.ts";
import { readProcesses } from "#sidecar/stdio/memory.ts";
import { believing, child, clientOf, type Front, openFront, textOf } from "./front.ts";

async function front(behaviour: string, env: Readonly<Record<string, string>> = {}, login?: Admission): Promise<Front> {
  const opened = await openFront(child(behaviour), env, login);
  onTestFinished(async () => void (await opened.stop().catch(() => undefined)));
  return opened;
}

/** A letter; `Z` for one that has ended, and that nobody has asked about. */
async function stateOf(pid: string): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") gone");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[0] ?? "";
}

const say = { name: "say", arguments: { what: "hello" } };

describe("a server over stdio, behind the sidecar", () => {
  it.each(["2025-11-25", "2026-07-28"] as const)(
    "[MCP-5] is served at %s, with its name, tools and progress",
    async (revision) => {
      const { connect } = await front("good");
      const client = await connect(revision);
      const steps: number[] = [];
      const tools = (await client.listTools()).tools.map(({ name }) => name);
      const counted = await client.callTool(
        { name: "count" },
        { onprogress: ({ progress }) => void steps.push(progress) },
      );
      expect({
        name: client.getServerVersion()?.name,
        tools: tools.slice(0, 2),
        counted: textOf(counted),
        steps,
      }).toEqual({
        name: "by-hand",
        tools: ["say", "pid"],
        counted: "2",
        steps: [1, 2],
      });
    },
  );

  it("[MCP-5] leaves a line of the audit trail and a metric for each call, and no content", async () => {
    const { connect, calls, stop, lines } = await front("good");
    const client = await connect();
    await client.callTool({ ...say, arguments: { what: "content", made_up: "content" } });
    await client.callTool({ name: "made-up-content" }).catch(() => undefined);
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    expect(calls).toMatchObject([
      { tool: "say", outcome: "success", argument_names: ["what"], user: { id: "anonymous" } },
      { tool: "unknown", outcome: "rejected", argument_names: [] },
    ]);
    const metrics = await stop();
    expect(metrics).toMatchObject([
      {
        _aws: { CloudWatchMetrics: [{ Namespace: "mcp-fleet", Dimensions: [["service.name", "gen_ai.tool.name"]] }] },
        "service.name": "notes",
        "gen_ai.tool.name": "say",
        "mcp.server.operation.duration": [expect.any(Number)],
      },
      { "gen_ai.tool.name": "unknown", "error.type": "rejected" },
    ]);
    expect(JSON.stringify([calls, metrics, lines])).not.toContain('content"');
  });

  it("[MCP-5] gets its own variables, and none of the sidecar's", async () => {
    const secret = { SECRET_OF_THE_SIDECAR: "the-secret" };
    const [without, given] = [
      await front("good", secret),
      await front("good", { ...secret, MCP_CHILD_VARIABLES: "SECRET_OF_THE_SIDECAR" }),
    ];
    expect(textOf(await (await without.connect()).callTool(say))).toBe("hello");
    expect(textOf(await (await given.connect()).callTool(say))).toBe("hello the-secret");
  });

  it.each(["2025-11-25", "2026-07-28"] as const)(
    "[MCP-5] is told when a client of %s leaves its call, and refused when it asks a client something",
    async (revision) => {
      const { connectClient, said, calls } = await front("good");
      const client = await connectClient(clientOf(revision, { capabilities: { roots: {} } }));
      expect(textOf(await client.callTool({ name: "ask" }))).toContain("sampling/createMessage is not possible here");
      const leave = new AbortController();
      const hanging = client.callTool({ name: "hang" }, { signal: leave.signal }).catch(() => "left");
      await said("hangs");
      leave.abort();
      expect(await hanging).toBe("left");
      await said("cancelled");
      await vi.waitFor(() => expect(calls.at(-1)).toMatchObject({ tool: "hang", outcome: "aborted" }));
    },
  );

  it("[MCP-5] is one process for all where the map says so, ended when nobody uses it", async () => {
    const { connect, health } = await front("good", { MCP_CHILD_INSTANCES: "shared", MCP_CHILD_IDLE_SECONDS: "1" });
    const pids = await Promise.all([1, 2].map(async () => textOf(await (await connect()).callTool({ name: "pid" }))));
    expect(new Set(pids).size).toBe(1);
    await vi.waitFor(async () => expect((await health()).body).toMatchObject({ server: { processes: 0 } }), 5_000);
    expect(textOf(await (await connect()).callTool(say))).toBe("hello");
  });
});

it("[ECS-8] [MCP-5] a stream that waits for a server's news ends when the task stops", async () => {
  const { url, lines, stop } = await front("good");
  const client = clientOf("2026-07-28");
  await client.connect(new StreamableHTTPClientTransport(url));
  const listening = await client.listen({ toolsListChanged: true });
  await stop();
  expect(await listening.closed).toBe("graceful");
  expect(lines.at(-1)).toMatchObject({ message: "Stopped.", cut_off: 0 });
});

describe("a bad server over stdio: one clear line, one failed call, a metric, and all else goes on", () => {
  it("[MCP-5] that dies at start is tried again with growing pauses", async () => {
    const { connect, said, health, stop, calls } = await front("dies");
    expect(await said("The server ended with exit code 3.")).toMatchObject({ level: "error" });
    await said("no configuration");
    expect((await health()).status).toBe(503);
    await expect(connect()).rejects.toThrow(/exit code 3|does not start/);
    expect(calls).toEqual([]);
    expect(await stop()).toContainEqual(expect.objectContaining({ "error.type": "exited" }));
  });

  it.each([
    ["is not there", () => "no-such-program", "ENOENT"],
    ["is no program", () => `${process.execPath}/below`, "ENOTDIR"],
    ["may not be executed", () => fileURLToPath(import.meta.url), "EACCES"],
  ])("[MCP-5] that %s", async (_what, program, code) => {
    const opened = await openFront([program()]);
    onTestFinished(async () => void (await opened.stop().catch(() => undefined)));
    expect(await opened.said(`cannot be started: ${code}`)).toMatchObject({ level: "error" });
    const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: say };
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const answer = await fetch(opened.url, { method: "POST", headers, body: JSON.stringify(call) });
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringMatching(/cannot be started|does not start/),
    ]);
    await vi.waitFor(() => expect(opened.calls).toMatchObject([{ outcome: "failed" }]));
    expect((await opened.health()).status).toBe(503);
    expect(await opened.stop()).toContainEqual(expect.objectContaining({ "error.type": "not_started" }));
  });

  it("[MCP-5] that dies in a call is there again for the next", async () => {
    const { connect, calls, said } = await front("good");
    const client = await connect();
    await expect(client.callTool({ name: "misbehave" })).rejects.toThrow("exit code 7");
    expect(await said("The server ended with exit code 7.")).toMatchObject({ level: "error" });
    await vi.waitFor(() => expect(calls).toMatchObject([{ tool: "misbehave", outcome: "failed" }]));
    expect(textOf(await client.callTool(say))).toBe("hello");
  });

  it("[MCP-5] that never answers", async () => {
    const { connect, calls, lines, health, stop } = await front("good", { MCP_CALL_SECONDS: "1" });
    await vi.waitFor(async () => expect((await health()).status).toBe(200));
    const client = await connect();
    await expect(client.callTool({ name: "hang" })).rejects.toThrow("did not answer tools/call within 1 s");
    expect(textOf(await client.callTool(say))).toBe("hello");
    await vi.waitFor(() => expect(calls).toMatchObject([{ outcome: "failed" }, { outcome: "success" }]));
    expect(lines.filter(({ message }) => message.includes("did not answer"))).toHaveLength(1);
    const metrics = await stop();
    expect(metrics).toContainEqual(expect.objectContaining({ "error.type": "unavailable" }));
    expect(metrics).toContainEqual(expect.objectContaining({ "error.type": "timeout", "mcp.server.faults": 1 }));
  });

  it("[MCP-5] that does not begin in time", async () => {
    const { connect, health, calls } = await front("mute", { MCP_CALL_SECONDS: "1" });
    await expect(connect()).rejects.toThrow("has not begun within 1 s");
    expect((await health()).status).toBe(503);
    expect(calls).toEqual([]);
  });

  it("[MCP-5] that writes its log to stdout", async () => {
    const { connect, said, stop } = await front("chatty");
    expect(textOf(await (await connect()).callTool(say))).toBe("hello");
    expect(await said("writes to stdout what is not the protocol")).toMatchObject({ level: "error" });
    expect(await stop()).toContainEqual(expect.objectContaining({ "error.type": "not_protocol" }));
  });

  it.each([
    ["floods", "wrote a line of more than 16 MiB", "flooded"],
    ["nests", "The server's answer is nested more than 500 deep.", "not_protocol"],
    ["lists", "The server's answer has more than 200000 values.", "not_protocol"],
    ["chatters", "wrote more than 2000 lines a second that nobody asked for and was stopped", "flooded"],
    ["notifies", "wrote more than 2000 lines a second that nobody asked for and was stopped", "flooded"],
    ["grows", "more than the 256 there are, and was stopped", "out_of_memory"],
    ["closes its stdout", "closed its stdout and was stopped", "exited"],
    ["closes its stdin", "closed its stdin and was stopped", "exited"],
    ["is stuck", "no longer answers anything and was stopped", "timeout"],
    ["ends in a line", "ended with exit code 7", "exited"],
    ["leaves an orphan", "ended with exit code 7", "exited"],
  ])(
    "[MCP-5] that %s fails its call, and goes on for the next; another caller's process stays",
    needs("/proc"),
    async (behaviour, words, fault) => {
      // Closed stdin is noticed by what is written to it, and a stuck process by what it does not answer.
      const seconds = behaviour === "is stuck" || behaviour === "closes its stdin" ? "2" : "20";
      const env = { MCP_CHILD_MEMORY_MIB: "256", MCP_CALL_SECONDS: seconds };
      const sessions = openSessions({ backend: { kind: "memory" }, namespace: "test", log: silent });
      const opened = await front(behaviour, env, believing(sessions));
      const other = await opened.connect("2025-11-25", { "x-user": "bob" });
      const before = textOf(await other.callTool({ name: "pid" }));
      const client = await opened.connect();
      await expect(client.callTool({ name: "misbehave" })).rejects.toThrow();
      expect(await opened.said(words)).toMatchObject({ level: "error" });
      expect(textOf(await client.callTool(say))).toBe("hello");
      expect(textOf(await other.callTool({ name: "pid" }))).toBe(before);
      expect((await opened.health()).status).toBe(200);
      expect(opened.lines.filter(({ message }) => message.includes(words))).toHaveLength(1);
      const orphan = opened.lines.flatMap(({ message }) => message.match(/^orphan (\d+)$/)?.[1] ?? []);
      for (const pid of orphan) await vi.waitFor(async () => expect(await stateOf(pid)).toMatch(/^(?:gone|Z)$/));
      expect(orphan).toHaveLength(behaviour === "leaves an orphan" ? 1 : 0);
      expect(await opened.stop()).toContainEqual(
        expect.objectContaining({ "error.type": fault, "mcp.server.faults": expect.any(Number) }),
      );
      expect(opened.calls.filter(({ outcome }) => outcome === "failed")).toHaveLength(1);
    },
  );

  it("[MCP-5] whose last answer is on its way when it ends is heard to the end", async () => {
    const { connect, said } = await front("says its last words");
    const client = await connect();
    expect(textOf(await client.callTool({ name: "misbehave" }))).toBe("last words");
    await said("ended with exit code 0");
    expect(textOf(await client.callTool(say))).toBe("hello");
  });

  it("[MCP-5] that babbles is understood: batches, unknown ids, ids again, bytes that are no text", async () => {
    const { connect, said } = await front("babbles");
    expect(textOf(await (await connect()).callTool({ name: "misbehave" }))).toBe("last words");
    await said("writes to stdout what is not the protocol");
  });

  it.each(['"result": null', '"error": "no code"', '"error": {"message": "no code"}', '"result": {}, "jsonrpc": 2'])(
    "[MCP-5] that answers %s, which is none, lets nobody wait",
    async (rest) => {
      const { connect, calls, said, stop } = await front("good");
      const what = `{"jsonrpc": "2.0", "id": ID, ${rest}}`;
      const call = (await connect()).callTool({ name: "write", arguments: { what } });
      await expect(call).rejects.toThrow("The server's answer is not the protocol's.");
      await said("The server's answer is not the protocol's.");
      await vi.waitFor(() => expect(calls).toMatchObject([{ tool: "write", outcome: "failed" }]));
      expect(await stop()).toContainEqual(expect.objectContaining({ "error.type": "not_protocol" }));
    },
  );

  it.each([
    [-32602, "rejected"],
    [-32603, "error"],
    [-32042, "asked"],
    [7, "error"],
  ])("[MCP-5] whose error is %d did or did not run: %s", async (code, outcome) => {
    const { connect, calls } = await front("good");
    const what = JSON.stringify({ jsonrpc: "2.0", id: "ID", error: { code, message: "no" } }).replace('"ID"', "ID");
    await expect((await connect()).callTool({ name: "write", arguments: { what } })).rejects.toThrow("no");
    await vi.waitFor(() => expect(calls).toMatchObject([{ tool: "write", outcome }]));
  });

  it("[MCP-5] [MCP-9] that answers what cannot be passed on fails its call, and a caller who asks that is refused", async () => {
    const { connect, calls, said, url } = await front("good");
    const client = await connect();
    const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const what = `{"jsonrpc":"2.0","id":ID,"result":{"content":[],"deep":${deep(20_000)}}}`;
    await expect(client.callTool({ name: "write", arguments: { what } })).rejects.toThrow("nested more than 500 deep");
    await said("The server's answer is nested more than 500 deep.");
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"say","arguments":{"x":${deep(1_000_000)}}}}`;
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const answer = await fetch(url, { method: "POST", headers, body });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("nested more than 500 deep")]);
    expect(textOf(await client.callTool(say))).toBe("hello");
    expect(calls.map(({ outcome }) => outcome)).toEqual(["failed", "success"]);
  });

  it("[MCP-5] that says null where the protocol has an object is named, and unhealthy", async () => {
    const { connect, said, health } = await front("says null");
    await said("The server's answer to `initialize` is not the protocol's: capabilities.prompts.");
    await expect(connect()).rejects.toThrow(/capabilities\.prompts|does not start/);
    expect((await health()).status).toBe(503);
  });

  it("[MCP-5] that begins with a byte order mark is understood", async () => {
    const { connect } = await front("marks");
    expect(textOf(await (await connect()).callTool(say))).toBe("hello");
  });

  it("[MCP-5] that stays when it is told to leave is ended", async () => {
    const { connect, stop } = await front("stays");
    const pid = Number(textOf(await (await connect()).callTool({ name: "pid" })));
    await stop();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});

it(
  "[MCP-5] a process is charged with its own memory, and not with the files that it maps, as others do",
  needs("/proc"),
  async () => {
    const { bytes = 0 } = (await readProcesses()).get(process.pid) ?? {};
    const { rss, heapUsed } = process.memoryUsage();
    expect(bytes).toBeGreaterThan(heapUsed);
    expect(bytes).toBeLessThan(rss - 16 * 2 ** 20);
  },
);
