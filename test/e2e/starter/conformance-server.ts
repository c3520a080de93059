import { setTimeout as sleep } from "node:timers/promises";
import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { type McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import { defaultIdleSeconds } from "#fleet/timing.ts";
import { noAudit } from "#starter/audit/index.ts";
import { silent } from "#starter/log.ts";
import { createApp } from "#starter/server/app.ts";
import { type Listener, listen } from "#starter/server/listen.ts";
import { createMcpServer } from "#starter/server/mcp.ts";

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const silence = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";
const text = (value: string) => ({ type: "text" as const, text: value });
const image = { type: "image" as const, data: pixel, mimeType: "image/png" };
const ask = (content: ReturnType<typeof text>) => ({ role: "user" as const, content });

/**
 * The starter's HTTP side with the tools, resources and prompts that the conformance suite calls by name.
 *
 * @param externalUrl the public address when a balancer stands in front
 */
export function startConformanceServer(port = 0, externalUrl?: URL): Promise<Listener> {
  const app = createApp({
    config: { service: "conformance", externalUrl, host: "127.0.0.1" },
    admission: { kind: "open" },
    audit: noAudit,
    log: silent,
    argumentsOf: () => undefined,
    createServer: (context) => {
      const server = createMcpServer({ name: "conformance", version: "1.0.0" }, [], context);
      addTools(server);
      addResources(server);
      addPrompts(server);
      return server;
    },
  });
  return listen(app, { host: "127.0.0.1", port, idleTimeoutSeconds: defaultIdleSeconds });
}

function addTools(server: McpServer): void {
  const plain = { description: "For the conformance suite" };
  const embedded = (uri: string, mimeType: string, content: string) => ({
    type: "resource" as const,
    resource: { uri, mimeType, text: content },
  });
  server.registerTool("test_simple_text", plain, () => ({
    content: [text("This is a simple text response for testing.")],
  }));
  server.registerTool("test_image_content", plain, () => ({ content: [image] }));
  server.registerTool("test_audio_content", plain, () => ({
    content: [{ type: "audio", data: silence, mimeType: "audio/wav" }],
  }));
  server.registerTool("test_embedded_resource", plain, () => ({
    content: [embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")],
  }));
  server.registerTool("test_multiple_content_types", plain, () => ({
    content: [
      text("Multiple content types test:"),
      image,
      embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
  }));
  server.registerTool("test_error_handling", plain, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  server.registerTool("test_tool_with_logging", plain, async (extra) => {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await extra.sendNotification({ method: "notifications/message", params: { level: "info", data } });
      await sleep(50);
    }
    return { content: [text("Logged three times.")] };
  });
  server.registerTool("test_tool_with_progress", plain, async (extra) => {
    const progressToken = extra._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      const params = { progressToken: progressToken ?? 0, progress, total: 100 };
      await extra.sendNotification({ method: "notifications/progress", params });
      await sleep(50);
    }
    return { content: [text(String(progressToken ?? "none"))] };
  });
}

function addResources(server: McpServer): void {
  server.registerResource("static-text", "test://static-text", { mimeType: "text/plain" }, ({ href }) => ({
    contents: [{ uri: href, mimeType: "text/plain", text: "This is the content of the static text resource." }],
  }));
  server.registerResource("static-binary", "test://static-binary", { mimeType: "image/png" }, ({ href }) => ({
    contents: [{ uri: href, mimeType: "image/png", blob: pixel }],
  }));
  const template = new ResourceTemplate("test://template/{id}/data", { list: undefined });
  server.registerResource("template", template, { mimeType: "application/json" }, ({ href }, { id }) => ({
    contents: [{ uri: href, mimeType: "application/json", text: JSON.stringify({ id, templateTest: true }) }],
  }));
}

function addPrompts(server: McpServer): void {
  server.registerPrompt("test_simple_prompt", { description: "A prompt" }, () => ({
    messages: [ask(text("This is a simple prompt for testing."))],
  }));
  server.registerPrompt(
    "test_prompt_with_arguments",
    {
      description: "A prompt with arguments",
      argsSchema: { arg1: completable(z.string(), () => ["paris", "park"]), arg2: z.string() },
    },
    ({ arg1, arg2 }) => ({ messages: [ask(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "A prompt with a resource", argsSchema: { resourceUri: z.string() } },
    ({ resourceUri }) => ({
      messages: [
        {
          role: "user",
          content: {
            type: "resource",
            resource: { uri: resourceUri, mimeType: "text/plain", text: "Embedded resource content for testing." },
          },
        },
        ask(text("Please process the embedded resource above.")),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "A prompt with an image" }, () => ({
    messages: [{ role: "user", content: image }, ask(text("Please analyze the image above."))],
  }));
}
