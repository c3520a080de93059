import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { type Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as FormerClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FormerTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CreateMessageRequestSchema, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { silent } from "#sidecar/log.ts";
import { openSessions, type Sessions } from "#sidecar/sessions/index.ts";
import { believing, child, clientOf, type Front, openFront, type Revision, textOf } from "./front.ts";

const programOf = (name: string) =>
  fileURLToPath(new URL(`../../../node_modules/@modelcontextprotocol/${name}/dist/index.js`, import.meta.url));
const everything = [process.execPath, programOf("server-everything"), "stdio"];
const revisions = ["2025-11-25", "2026-07-28"] as const;

const inMemory = () => openSessions({ backend: { kind: "memory" }, namespace: "test", log: silent });
/** A store that tasks share, as Redis is. */
function sharedSessions(onRecord: (kind: string) => void = () => undefined): Sessions {
  const sessions = inMemory();
  return {
    ...sessions,
    records(kind, schema) {
      const records = sessions.records(kind, schema);
      return {
        ...records,
        async set(...record) {
          await records.set(...record);
          onRecord(kind);
        },
      };
    },
    close: async () => undefined,
    status: () => ({ backend: "valkey", connected: true, tls: true, encrypted: true }),
  };
}

async function front(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  sessions: Sessions | undefined = inMemory(),
): Promise<Front> {
  const keys = { MCP_DRAIN_SECONDS: "10", SESSION_ENCRYPTION_KEY: "a-key-of-the-test-that-is-long-enough" };
  const opened = await openFront(command, { ...keys, ...env }, sessions && believing(sessions));
  onTestFinished(async () => void (await opened.stop().catch(() => undefined)));
  return opened;
}

const sampled = { model: "of the client", role: "assistant", content: { type: "text", text: "sampled" } } as const;
const accepted = { action: "accept", content: { name: "Ada" } } as const;

/** A client that can be asked, and answers. */
function answering(revision: Revision, answer: () => Promise<void> = async () => undefined): Client {
  const client = clientOf(revision, { capabilities: { sampling: {}, elicitation: {}, roots: {} } });
  client.setRequestHandler("sampling/createMessage", async () => {
    await answer();
    return sampled;
  });
  client.setRequestHandler("elicitation/create", async () => accepted);
  client.setRequestHandler("roots/list", async () => ({ roots: [{ uri: "file:///", name: "everything" }] }));
  return client;
}

/** A balancer that gives a client's answers to another task. */
const answerAt =
  (other: Front): typeof fetch =>
  (url, init) =>
    fetch(typeof init?.body === "string" && /"inputResponses"|"result":/.test(init.body) ? other.url : url, init);

const sample = { name: "trigger-sampling-request", arguments: { prompt: "hello" } };
const elicit = { name: "trigger-elicitation-request" };
const ask = { name: "ask" };

describe("[MCP-5] what a server over stdio asks of its client", () => {
  it.each(revisions)("is asked and answered at %s, in the middle of a call", async (revision) => {
    const { connectClient, calls } = await front(everything);
    const client = await connectClient(answering(revision));
    expect(textOf(await client.callTool(sample))).toContain("sampled");
    expect(JSON.stringify(await client.callTool(elicit))).toContain("Ada");
    await vi.waitFor(() => expect(calls.at(-1)).toMatchObject({ tool: elicit.name, outcome: "success" }));
    expect(calls.map(({ outcome }) => outcome)).toEqual(
      revision === "2026-07-28" ? ["asked", "success", "asked", "success"] : ["success", "success"],
    );
  });

  it("is asked of a client by the former SDK as well", async () => {
    const { url } = await front(everything);
    const client = new FormerClient(
      { name: "former", version: "1.0.0" },
      { capabilities: { sampling: {}, elicitation: {} } },
    );
    client.setRequestHandler(CreateMessageRequestSchema, async () => sampled);
    client.setRequestHandler(ElicitRequestSchema, async () => accepted);
    await client.connect(new FormerTransport(url));
    expect(textOf(await client.callTool(sample))).toContain("sampled");
    expect(JSON.stringify(await client.callTool(elicit))).toContain("Ada");
    await client.close();
  });

  it("is no folder, unless MCP_CHILD_ASKS says so: a client's root would open what the operator did not", async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "fleet-roots-")));
    const other = await realpath(await mkdtemp(join(tmpdir(), "fleet-others-")));
    await writeFile(join(other, "secret.txt"), "of others");
    const { connectClient } = await front([process.execPath, programOf("server-filesystem"), folder]);
    const client = await connectClient(answering("2025-11-25"));
    const read = { name: "read_text_file", arguments: { path: join(other, "secret.txt") } };
    expect(JSON.stringify(await client.callTool(read))).toContain("Access denied");

    const trusting = await front(everything, { MCP_CHILD_ASKS: "roots" });
    const trusted = await trusting.connectClient(answering("2025-11-25"));
    expect(textOf(await trusted.callTool({ name: "get-roots-list" }))).toContain("file:///");
  });

  it.each(revisions)("at %s is answered at another task, which has the same store", async (revision) => {
    const sessions = sharedSessions();
    const [one, other] = [await front(child("asks"), {}, sessions), await front(child("asks"), {}, sessions)];
    const client = answering(revision);
    await one.connectClient(client, { fetch: answerAt(other) });
    expect(textOf(await client.callTool(ask))).toBe("sampled");
  });

  it("before 2026-07-28 is over, as is its call, when the client gives that up at another task", async () => {
    const isKnown = Promise.withResolvers<string>();
    const sessions = sharedSessions(isKnown.resolve);
    const [one, other] = [await front(child("asks"), {}, sessions), await front(child("asks"), {}, sessions)];
    const leave = new AbortController();
    const client = answering("2025-11-25");
    const giveUpAtOther: typeof fetch = (url, init) =>
      fetch(typeof init?.body === "string" && init.body.includes("notifications/cancelled") ? other.url : url, init);
    await one.connectClient(client, { fetch: giveUpAtOther });
    const hanging = client.callTool({ name: "hang" }, { signal: leave.signal }).catch(() => "left");
    await one.said("hangs");
    // Other tasks know of a call that takes a second.
    expect(await isKnown.promise).toBe("box");
    leave.abort();
    expect(await hanging).toBe("left");
    await one.said("cancelled");
  });

  it("is told to be lost where no store is shared, and by a task that has ended", async () => {
    const env = { MCP_DRAIN_SECONDS: "0" };
    const [one, other] = [await front(child("asks"), env), await front(child("asks"))];
    const client = answering("2026-07-28");
    await one.connectClient(client, { fetch: answerAt(other) });
    await expect(client.callTool(ask)).rejects.toThrow("The call that asked this is over, or its task has ended");
    const answer = await fetch(other.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: "made-up", result: {} }),
    });
    expect(answer.status).toBe(400);
  });

  it.each(revisions)("at %s is waited for by a task that stops", async (revision) => {
    const sessions = sharedSessions();
    const [one, other] = [await front(child("asks"), {}, sessions), await front(child("asks"), {}, sessions)];
    let stopped: Promise<unknown> | undefined;
    const client = answering(revision, async () => {
      stopped = one.stop();
    });
    const transport = new StreamableHTTPClientTransport(one.url, { fetch: answerAt(other) });
    await client.connect(transport);
    await expect(client.callTool(ask)).resolves.toMatchObject({ content: [{ text: "sampled" }] });
    await client.close();
    await stopped;
    expect(one.lines.at(-1)).toMatchObject({ message: "Stopped.", cut_off: 0 });
  });

  const refusals = [
    ["all callers share one process", { MCP_CHILD_INSTANCES: "shared" }, "all callers share this process"],
    ["MCP_CHILD_ASKS does not name it", { MCP_CHILD_ASKS: "none" }, "MCP_CHILD_ASKS does not name it"],
  ] as const;
  it.each(refusals)("is refused by name where %s", async (_when, env, why) => {
    const { connectClient, said } = await front(child("asks"), env);
    expect(textOf(await (await connectClient(answering("2025-11-25"))).callTool(ask))).toContain(why);
    expect(await said("was refused. sampling/createMessage is not possible here")).toMatchObject({ level: "error" });
  });

  it("is refused where nobody logs in, and while calls of several clients are in progress", async () => {
    const open = await openFront(child("asks"));
    onTestFinished(async () => void (await open.stop()));
    const stranger = await open.connectClient(answering("2025-11-25"));
    expect(textOf(await stranger.callTool(ask))).toContain("without a login, callers cannot be told apart");

    const { connectClient, calls, said } = await front(child("asks"));
    const [one, other] = [await connectClient(answering("2025-11-25")), await connectClient(answering("2025-11-25"))];
    const leave = new AbortController();
    const hanging = one.callTool({ name: "hang" }, { signal: leave.signal }).catch(() => undefined);
    await said("hangs");
    expect(textOf(await other.callTool(ask))).toContain("calls of several clients are in progress");
    leave.abort();
    await hanging;
    expect(calls.length).toBeGreaterThan(0);
  });
});

it("[MCP-6] what a server over HTTP asks of its client passes the sidecar, as do the answers", async () => {
  const port = await takePort();
  const server = spawn(process.execPath, [programOf("server-everything"), "streamableHttp"], {
    env: { PATH: process.env.PATH, PORT: String(port) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void server.kill());
  const listening = new Promise((resolve) => server.stderr.on("data", (text) => /listening/i.test(text) && resolve(0)));
  await Promise.race([listening, once(server, "exit")]);
  const { connectClient } = await front([], { MCP_UPSTREAM: `http://127.0.0.1:${port}/mcp` });
  const client = await connectClient(answering("2025-11-25"));
  expect(textOf(await client.callTool(sample))).toContain("sampled");
  expect(JSON.stringify(await client.callTool(elicit))).toContain("Ada");
  expect(textOf(await client.callTool({ name: "get-roots-list" }))).toContain("file:///");
});
