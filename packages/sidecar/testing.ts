import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { anonymous } from "./server/anonymous.ts";
import { loadTools } from "./toolbox/folder.ts";
import { openRoundState } from "./toolbox/round-state.ts";
import { createMcpServer } from "./toolbox/server.ts";
import type { AnyTool, Caller, GoogleAccess } from "./toolbox/tool.ts";

export interface TestClientOptions {
  /** Who is logged in. */
  readonly caller?: Caller;
  /** What Google answers for them; without it, tools are told that there is no login. */
  readonly google?: GoogleAccess;
}

/**
 * A client of the tools in a folder, in memory: the protocol as it goes over HTTP, without a port or a login.
 *
 * @example
 * const client = await openTestClient(new URL("./tools/", import.meta.url), { caller: { subject: "1", name: "Ada" } });
 * await client.callTool({ name: "greet", arguments: { name: "Grace" } });
 */
export async function openTestClient(tools: URL | readonly AnyTool[], options: TestClientOptions = {}) {
  const parts = {
    identity: { name: "test", version: "1.0.0" },
    tools: tools instanceof URL ? await loadTools(tools) : tools,
    rounds: openRoundState([]),
  };
  const handler = createMcpHandler(({ era }) =>
    createMcpServer(parts, { context: { ...anonymous.context, ...options }, era }),
  );
  const client = new Client(
    { name: "test", version: "1.0.0" },
    // A tool may ask whatever the test has a handler for.
    { capabilities: { elicitation: {}, sampling: {}, roots: {} }, versionNegotiation: { mode: "auto" } },
  );
  const fetch = (url: string | URL, init?: RequestInit) => handler.fetch(new Request(url, init));
  await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }));
  return client;
}
