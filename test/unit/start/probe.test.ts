import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  McpError,
  type Tool,
  type ToolAnnotations,
} from "@modelcontextprotocol/sdk/types.js";
import { expect, it } from "vitest";
import { planStage } from "#fleet";
import { probeMcp } from "#start/probe.ts";
import { echo, mapOf } from "../../stage/maps.ts";

type Answer = "result" | "error of the tool" | McpError;

/** A stranger's server, reached without a port, and which of its tools were called. */
function serve(tools: Readonly<Record<string, { readonly answer: Answer; readonly annotations?: ToolAnnotations }>>) {
  const called: string[] = [];
  const listed = Object.entries(tools).map(
    ([name, { annotations }]): Tool => ({ name, annotations, inputSchema: { type: "object" } }),
  );
  const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    if (request.method !== "POST") return new Response(null, { status: 404 });
    const server = new Server({ name: "stranger", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed }));
    server.setRequestHandler(CallToolRequestSchema, ({ params: { name } }) => {
      called.push(name);
      const own = tools[name]?.answer;
      if (own instanceof McpError) throw own;
      return { content: [], isError: own === "error of the tool" };
    });
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    return transport.handleRequest(request);
  };
  return { fetch: answer, called };
}

const map = mapOf({ notes: echo("notes") });
const plan = planStage(map, "local");
const [service] = plan.services;

async function probe(tools: Parameters<typeof serve>[0]) {
  if (service === undefined) throw new Error("The map has no service.");
  const { fetch, called } = serve(tools);
  const said = await probeMcp({ fetch, users: exampleUsers }, plan, service).catch(String);
  return { said, called };
}

const down = new McpError(-32603, "getaddrinfo ENOTFOUND api.notes.example");

it.each<[what: string, tools: Parameters<typeof serve>[0], said: RegExp, called: readonly string[]]>([
  [
    "a tool that only reads before others, and none that destroys",
    {
      purge: { answer: "result", annotations: { destructiveHint: true } },
      add: { answer: "result" },
      list: { answer: "result", annotations: { readOnlyHint: true } },
    },
    /^3 tools, list answers$/,
    ["list"],
  ],
  ["nothing where all destroy", { purge: { answer: "result", annotations: { destructiveHint: true } } }, /none/, []],
  [
    "the next where one has an error of its own",
    { login: { answer: "error of the tool" }, search: { answer: down }, version: { answer: "result" } },
    /^3 tools, version answers$/,
    ["login", "search", "version"],
  ],
  [
    "each, where the server reaches nothing, and says so",
    { search: { answer: down } },
    /^1 tools, search answers with an error of its own: .*ENOTFOUND api\.notes\.example$/,
    ["search"],
  ],
  [
    "no further one where the sidecar has no server to ask",
    { search: { answer: new McpError(-32000, "The server ended.") }, version: { answer: "result" } },
    /The server ended\./,
    ["search"],
  ],
])("calls %s", async (_, tools, words, names) => {
  const { said, called } = await probe(tools);
  expect(said).toMatch(words);
  expect(called).toEqual(names);
});
