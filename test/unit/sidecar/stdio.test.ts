import { needs } from "@mcp-fleet/testing/programs.ts";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { child, type Front, openFront, textOf } from "./front.ts";

async function front(behaviour: string, env: Readonly<Record<string, string>> = {}): Promise<Front> {
  const opened = await openFront(child(behaviour), env);
  onTestFinished(async () => void (await opened.stop().catch(() => undefined)));
  return opened;
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

  it("[MCP-5] is told when a client leaves its call, and refused when it asks a client something", async () => {
    const { connect, said, calls } = await front("good");
    const client = await connect("2026-07-28");
    expect(textOf(await client.callTool({ name: "ask" }))).toContain("sampling/createMessage is not possible here");
    const leave = new AbortController();
    const hanging = client.callTool({ name: "hang" }, { signal: leave.signal }).catch(() => "left");
    await vi.waitFor(async () => expect((await connect("2026-07-28")) !== undefined).toBe(true));
    leave.abort();
    expect(await hanging).toBe("left");
    await said("cancelled");
    await vi.waitFor(() => expect(calls.at(-1)).toMatchObject({ tool: "hang", outcome: "aborted" }));
  });

  it("[MCP-5] is one process for all where the map says so, ended when nobody uses it", async () => {
    const { connect, health } = await front("good", { MCP_CHILD_INSTANCES: "shared", MCP_CHILD_IDLE_SECONDS: "1" });
    const pids = await Promise.all([1, 2].map(async () => textOf(await (await connect()).callTool({ name: "pid" }))));
    expect(new Set(pids).size).toBe(1);
    await vi.waitFor(async () => expect((await health()).body).toMatchObject({ server: { processes: 0 } }), 5_000);
    expect(textOf(await (await connect()).callTool(say))).toBe("hello");
  });
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

  it("[MCP-5] that is not there", async () => {
    const { said, stop } = await front("good").then(async (other) => {
      await other.stop();
      const opened = await openFront(["no-such-program"]);
      return opened;
    });
    expect(await said("no-such-program cannot be started: ENOENT")).toMatchObject({ level: "error" });
    expect(await stop()).toContainEqual(expect.objectContaining({ "error.type": "not_started" }));
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
    const { connect, calls, stop } = await front("good", { MCP_CALL_SECONDS: "1" });
    const client = await connect();
    await expect(client.callTool({ name: "hang" })).rejects.toThrow("did not answer tools/call within 1 s");
    expect(textOf(await client.callTool(say))).toBe("hello");
    await vi.waitFor(() => expect(calls).toMatchObject([{ outcome: "failed" }, { outcome: "success" }]));
    expect(await stop()).toContainEqual(expect.objectContaining({ "error.type": "unavailable" }));
  });

  it("[MCP-5] that writes its log to stdout", async () => {
    const { connect, said, stop } = await front("chatty");
    expect(textOf(await (await connect()).callTool(say))).toBe("hello");
    expect(await said("writes to stdout what is not the protocol")).toMatchObject({ level: "error" });
    expect(await stop()).toContainEqual(expect.objectContaining({ "error.type": "not_protocol" }));
  });

  async function misbehaves(behaviour: string, words: string, fault: string): Promise<void> {
    const { connect, said, stop } = await front(behaviour, { MCP_CHILD_MEMORY_MIB: "128" });
    const client = await connect();
    await expect(client.callTool({ name: "misbehave" })).rejects.toThrow(words);
    expect(await said(words)).toMatchObject({ level: "error" });
    expect(textOf(await client.callTool(say))).toBe("hello");
    expect(await stop()).toContainEqual(expect.objectContaining({ "error.type": fault }));
  }

  it("[MCP-5] that floods is stopped, and another takes its place", () =>
    misbehaves("floods", "wrote a line of more than 16 MiB", "flooded"));

  it("[MCP-5] that grows is stopped, and another takes its place", needs("/proc"), () =>
    misbehaves("grows", "more than the 128 there are, and was stopped", "out_of_memory"),
  );
});
