import { setTimeout as sleep } from "node:timers/promises";
import {
  CLIENT_CAPABILITIES_META_KEY,
  completable,
  fromJsonSchema,
  type McpServer,
  ResourceTemplate,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import * as v from "valibot";
import { z } from "zod";
import { acceptedContent, inputRequired } from "#sidecar/toolbox/tool.ts";
import { askModel, askName } from "./conformance-questions.ts";

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const silence = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";
const text = (value: string) => ({ type: "text" as const, text: value });
const image = { type: "image" as const, data: pixel, mimeType: "image/png" };
const user = "user" as const;
const plain = { description: "For the conformance suite" };
const embedded = (uri: string, mimeType: string, content: string) => ({
  type: "resource" as const,
  resource: { uri, mimeType, text: content },
});

/** Tools that answer with each kind of content, log, report progress and fail. */
export function addContent(server: McpServer): void {
  const says = (name: string, ...content: (ReturnType<typeof text> | typeof image | ReturnType<typeof embedded>)[]) =>
    server.registerTool(name, plain, () => ({ content }));
  says("test_simple_text", text("This is a simple text response for testing."));
  says("test_streaming_elicitation", text("No request is sent in the middle of this answer."));
  says("test_image_content", image);
  says(
    "test_embedded_resource",
    embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."),
  );
  says(
    "test_multiple_content_types",
    text("Multiple content types test:"),
    image,
    embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
  );
  server.registerTool("test_audio_content", plain, () => ({
    content: [{ type: "audio", data: silence, mimeType: "audio/wav" }],
  }));
  server.registerTool("test_error_handling", plain, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  server.registerTool("test_logging_tool", plain, async ({ mcpReq }) => {
    await mcpReq.log("info", "Logged, where the request asks for it.");
    return { content: [text("Logged once.")] };
  });
  server.registerTool("test_tool_with_logging", plain, async ({ mcpReq }) => {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await mcpReq.notify({ method: "notifications/message", params: { level: "info", data } });
      await sleep(50);
    }
    return { content: [text("Logged three times.")] };
  });
  server.registerTool("test_tool_with_progress", plain, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      const params = { progressToken: progressToken ?? 0, progress, total: 100 };
      await mcpReq.notify({ method: "notifications/progress", params });
      await sleep(50);
    }
    return { content: [text(String(progressToken ?? "none"))] };
  });
  addSchemas(server);
}

/** Tools whose schemas are JSON as written, and one that asks only what its client can answer. */
function addSchemas(server: McpServer): void {
  const region = { type: "string", "x-mcp-header": "Region" };
  server.registerTool(
    "test_x_mcp_header",
    { ...plain, inputSchema: fromJsonSchema({ type: "object", properties: { region } }) },
    () => ({ content: [text("The region came in a header.")] }),
  );
  server.registerTool("json_schema_2020_12_tool", { ...plain, inputSchema: fromJsonSchema(schema2020) }, () => ({
    content: [text("The schema is sent as it was written.")],
  }));
  server.registerTool("test_input_required_result_capabilities", plain, ({ mcpReq }) => {
    if (mcpReq.inputResponses !== undefined) return { content: [text("Answered.")] };
    const declared = v.parse(Capabilities, mcpReq.envelope ?? {})[CLIENT_CAPABILITIES_META_KEY];
    const inputRequests = {
      ...(declared?.elicitation === undefined ? {} : { user_name: askName("What is your name?") }),
      ...(declared?.sampling === undefined ? {} : { greeting: askModel("Generate a short greeting") }),
      ...(declared?.roots === undefined ? {} : { client_roots: inputRequired.listRoots() }),
    };
    if (Object.keys(inputRequests).length === 0) return { content: [text("This client cannot be asked.")] };
    return inputRequired({ inputRequests });
  });
}

const capability = v.optional(v.looseObject({}));
const Capabilities = v.looseObject({
  [CLIENT_CAPABILITIES_META_KEY]: v.optional(
    v.looseObject({ elicitation: capability, sampling: capability, roots: capability }),
  ),
});

const schema2020 = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

/** Resources and prompts, and tools that announce a change of the lists. */
export function addLists(server: McpServer, bus: ServerEventBus): void {
  server.registerTool("test_trigger_tool_change", plain, () => {
    bus.publish({ kind: "tools_list_changed" });
    return { content: [text("Announced.")] };
  });
  server.registerTool("test_trigger_prompt_change", plain, () => {
    bus.publish({ kind: "prompts_list_changed" });
    return { content: [text("Announced.")] };
  });
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
  addPrompts(server);
}

function addPrompts(server: McpServer): void {
  const ask = (value: string) => ({ role: user, content: text(value) });
  server.registerPrompt("test_simple_prompt", { description: "A prompt" }, () => ({
    messages: [ask("This is a simple prompt for testing.")],
  }));
  server.registerPrompt(
    "test_prompt_with_arguments",
    {
      description: "A prompt with arguments",
      argsSchema: z.object({ arg1: completable(z.string(), () => ["paris", "park"]), arg2: z.string() }),
    },
    ({ arg1, arg2 }) => ({ messages: [ask(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "A prompt with a resource", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        { role: user, content: embedded(resourceUri, "text/plain", "Embedded resource content for testing.") },
        ask("Please process the embedded resource above."),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "A prompt with an image" }, () => ({
    messages: [{ role: user, content: image }, ask("Please analyze the image above.")],
  }));
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "A prompt that asks first", argsSchema: z.object({}) },
    (_, { mcpReq }) => {
      const Context = z.object({ context: z.string() });
      const given = acceptedContent(mcpReq.inputResponses, "user_context", Context);
      if (given !== undefined) return { messages: [ask(`Use the following context: ${given.context}`)] };
      const question = inputRequired.elicit({ message: "In which context?", requestedSchema: Context });
      return inputRequired({ inputRequests: { user_context: question } });
    },
  );
}
