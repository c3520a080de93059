import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { acceptedContent, defineTool, inputRequired, text } from "#sidecar";
import { type AuditEvent, noAudit } from "#sidecar/audit/index.ts";
import { readConfig } from "#sidecar/config.ts";
import { silent } from "#sidecar/log.ts";
import { openTestClient } from "#sidecar/testing.ts";
import { loadTools } from "#sidecar/toolbox/folder.ts";
import { startTools } from "#sidecar/toolbox/start.ts";

const greet = defineTool({
  name: "greet",
  title: "Greet",
  description: "Greets.",
  input: { name: z.string() },
  run: ({ name }, { caller }) => text(`${caller.subject} greets ${name}`),
});

/** It asks whoever calls before it goes on. */
const erase = defineTool({
  name: "erase",
  title: "Erase",
  description: "Erases.",
  input: {},
  run: (_, { answers }) => {
    const Answer = z.object({ sure: z.boolean() });
    const answer = acceptedContent(answers, "sure", Answer);
    if (answer !== undefined) return text(answer.sure ? "erased" : "kept");
    const requestedSchema = { type: "object", properties: { sure: { type: "boolean" } } } as const;
    return inputRequired({ inputRequests: { sure: inputRequired.elicit({ message: "Sure?", requestedSchema }) } });
  },
});

describe("[MCP-7] a service of one's own", () => {
  it("is tested in memory, as whoever is said to be logged in", async () => {
    const client = await openTestClient([greet], { caller: { subject: "ada" } });
    const answer = await client.callTool({ name: "greet", arguments: { name: "Grace" } });
    expect(answer.content).toEqual([{ type: "text", text: "ada greets Grace" }]);
  });

  it("is tested with the answers of a user who is asked", async () => {
    const client = await openTestClient([erase]);
    client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { sure: true } }));
    expect(await client.callTool({ name: "erase" })).toMatchObject({ content: [{ text: "erased" }] });
  });

  it("has audit trail, limits and metrics of the library, where it asks for them", async () => {
    const lines: string[] = [];
    const events: AuditEvent[] = [];
    const env = { MCP_LOGIN: "none", HOST: "127.0.0.1", PORT: "0", MCP_SERVICE: "notes", MCP_CALLS_PER_MINUTE: "4" };
    const served = await startTools([greet], {
      config: readConfig({ ...env, MCP_METRICS_NAMESPACE: "mcp-fleet/test" }),
      audit: { ...noAudit, record: (event) => events.push(event) },
      log: silent,
      write: (line) => lines.push(line),
    });
    const client = new Client({ name: "test", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${served.port}/mcp`)));
    const call = () => client.callTool({ name: "greet", arguments: { name: "Grace" } });
    await call();
    await expect(Promise.all([call(), call(), call(), call()])).rejects.toThrow("More than 4 requests a minute");
    await client.close();
    await served.stop();
    expect(events[0]).toMatchObject({
      action: "tool_call",
      tool: "greet",
      outcome: "success",
      argument_names: ["name"],
    });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ "service.name": "notes", "gen_ai.tool.name": "greet" });
  });
});

describe("the toolbox", () => {
  const tool = (name: string) =>
    `export default { name: "${name}", title: "t", description: "d", input: {}, run: () => ({ content: [] }) };`;

  async function withTools(files: Record<string, string>, check: (directory: URL) => Promise<void>): Promise<void> {
    const directory = await mkdtemp(join(tmpdir(), "tools-"));
    try {
      for (const [file, source] of Object.entries(files)) await writeFile(join(directory, file), source);
      await check(pathToFileURL(`${directory}/`));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  it("holds what lies in its directory: one file is one tool", () =>
    withTools({ "a.mjs": tool("a"), "b.mjs": tool("b"), "notes.md": "" }, async (directory) => {
      expect((await loadTools(directory)).map(({ name }) => name)).toEqual(["a", "b"]);
    }));

  it("names the file that is not a tool, and the one whose name is taken", async () => {
    await withTools({ "a.mjs": "export const a = 1;" }, (directory) =>
      expect(loadTools(directory)).rejects.toThrow("tools/a.mjs: default"),
    );
    await withTools({ "a.mjs": tool("same"), "b.mjs": tool("same") }, (directory) =>
      expect(loadTools(directory)).rejects.toThrow('tools/b.mjs: another file has a tool "same"'),
    );
  });
});
