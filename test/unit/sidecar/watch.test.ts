import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import { expect, it } from "vitest";
import { z } from "zod";
import { type AuditEvent, noAudit, watchTransport } from "#sidecar/audit/index.ts";

it("[AUD-2] records a call as aborted when its client leaves before the answer", async () => {
  const events: AuditEvent[] = [];
  const started = Promise.withResolvers<void>();
  const server = new McpServer({ name: "test", version: "1.0.0" });
  server.registerTool("wait", { inputSchema: z.object({ for: z.string() }) }, () => {
    started.resolve();
    return new Promise(() => undefined);
  });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  watchTransport(serverSide, {
    audit: { ...noAudit, record: (event) => events.push(event) },
    actor: { user: { id: "1" } },
    requestId: "request-1",
    argumentsOf: (tool) => (tool === "wait" ? ["for"] : undefined),
  });
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(clientSide);
  const call = client.callTool({ name: "wait", arguments: { for: "Godot" } }).catch(() => "closed");
  await started.promise;
  await client.close();
  await call;
  expect(events).toEqual([
    expect.objectContaining({
      action: "tool_call",
      tool: "wait",
      outcome: "aborted",
      argument_names: ["for"],
      request_id: "request-1",
      user: { id: "1" },
    }),
  ]);
});
