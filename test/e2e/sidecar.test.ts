import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { GetFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { createLoopbackFetch } from "@mcp-fleet/endpoint";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFleetReader } from "#console/reading/reader.ts";
import { type FleetDefinition, planStage, type ServiceDefinition } from "#fleet";
import { Member } from "#start/client/member.ts";
import { type Attended, attend } from "../stage/attended.ts";
import { echo, mapOf } from "../stage/maps.ts";
import { asked, askThrough } from "./sidecar/asked.ts";

const keys = { secret: "session-keys", keys: ["SESSION_ENCRYPTION_KEY"] };
const login = { login: "google", secrets: ["google-oauth", keys] } as const;
const npx = (...command: readonly string[]) => ({ command: ["npx", "--no-install", ...command] as const });
const foreign = (host: string, fields: Partial<ServiceDefinition>) =>
  echo(host, { audit: { source: `mcp-${host}` }, ...fields });

let fleet: Attended;
let files: string;
let map: FleetDefinition;
/** As Notion answers whose token it does not know: https://developers.notion.com/reference/status-codes */
const notion = createServer((_, res) => {
  const body = { object: "error", status: 401, code: "unauthorized", message: "API token is invalid." };
  res.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(body));
});
const token = { secret: "notion", keys: ["AUTH_TOKEN"] };

beforeAll(async () => {
  notion.listen(0, "127.0.0.1");
  await once(notion, "listening");
  const address = notion.address();
  if (address === null || typeof address === "string") throw new TypeError("A server listens on a port.");
  files = await realpath(await mkdtemp(join(tmpdir(), "fleet-files-")));
  await writeFile(join(files, "note.txt"), "of the filesystem");
  const services = mapOf({
    everything: foreign("everything", {
      sidecar: login,
      healthPath: "/mcp",
      healthCodes: "400",
      local: npx("mcp-server-everything", "streamableHttp"),
    }),
    everything_stdio: foreign("everything-stdio", {
      sidecar: { ...login, stdio: ["mcp-server-everything"], instances: "shared" },
      local: npx("mcp-server-everything"),
    }),
    open: foreign("open", {
      sidecar: { login: "none", stdio: ["mcp-server-everything"] },
      local: npx("mcp-server-everything"),
    }),
    memory: foreign("memory", {
      sidecar: { ...login, stdio: ["mcp-server-memory"] },
      environment: { MEMORY_FILE_PATH: join(files, "memory.jsonl") },
      local: npx("mcp-server-memory"),
    }),
    filesystem: foreign("filesystem", {
      sidecar: { ...login, stdio: ["mcp-server-filesystem", files] },
      local: npx("mcp-server-filesystem", files),
    }),
    notion: foreign("notion", {
      secrets: [token],
      environment: { BASE_URL: `http://127.0.0.1:${address.port}` },
      sidecar: { ...login, secrets: [...login.secrets, token], bearer: "AUTH_TOKEN" },
      local: npx("notion-mcp-server", "--transport", "http", "--port", "$PORT"),
    }),
  });
  const { local } = services.stages;
  if (local === undefined) throw new Error("The fixture has a local stage.");
  const ofNotion = { description: "Of Notion's server", keys: { AUTH_TOKEN: { randomBytes: 32 } } };
  map = {
    ...services,
    secrets: { ...services.secrets, notion: ofNotion },
    stages: { ...services.stages, local: { ...local, registry: true } },
  };
  fleet = await attend(map);
});
afterAll(async () => {
  await fleet.close();
  notion.close();
  await rm(files, { recursive: true, force: true });
});

const McpJson = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    mcpServers: v.record(v.string(), v.strictObject({ type: v.literal("http"), url: v.pipe(v.string(), v.url()) })),
  }),
);

/** What `fleet connect --json` says of a service, and a client that trusts what it names. */
async function connect(key: string) {
  const args = ["packages/cli/main.ts", "connect", key, "--json", "--stage", "local"];
  const env = { ...process.env, AWS_ENDPOINT_URL: fleet.endpointUrl };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: fleet.project.folder, env });
  const { mcpServers } = v.parse(McpJson, stdout);
  const ca = await readFile(/NODE_EXTRA_CA_CERTS=(\S+)/.exec(stderr)?.[1] ?? "", "utf8");
  return { url: new URL(mcpServers[key]?.url ?? ""), trusting: createLoopbackFetch(ca) };
}

describe("servers of others, which nobody edited, side by side behind the fleet's login", () => {
  const [ada] = exampleUsers;
  const servers: readonly [
    host: string,
    tool: string,
    args: () => Record<string, unknown>,
    words: string,
    errors: number,
  ][] = [
    ["everything", "get-sum", () => ({ a: 1, b: 2 }), "The sum of 1 and 2 is 3.", 0],
    ["everything-stdio", "echo", () => ({ message: "hello" }), "Echo: hello", 0],
    ["memory", "read_graph", () => ({}), "entities", 0],
    ["filesystem", "read_text_file", () => ({ path: join(files, "note.txt") }), "of the filesystem", 0],
    // What Notion says is an answer of the tool's.
    ["notion", "API-get-self", () => ({}), "API token is invalid.", 0],
  ];

  it.each(servers)(
    "[MCP-6] [MCP-5] %s answers who logged in, and each call is in the audit trail",
    async (host, tool, args, words) => {
      const server = fleet.url(host, "/mcp");
      expect((await fleet.fetch(server, { method: "POST" })).status).toBe(401);
      const member = new Member(ada.sub, fleet.fetch);
      await member.logIn(server);
      const client = await member.connect(server);
      expect(JSON.stringify(await client.callTool({ name: tool, arguments: args() }))).toContain(words);
      await client.close();
      await fleet.start.said(`audit  mcp-${host}  ${ada.email}  tool_call ${tool}  success`);
    },
  );

  it("[MCP-6] each tool has a metric in CloudWatch, by OpenTelemetry's names", async () => {
    const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
    const cloudWatch = new CloudWatchClient({ endpoint: fleet.endpointUrl, region: "us-east-1", credentials });
    const list = new ListMetricsCommand({ Namespace: "mcp-fleet/local", MetricName: "mcp.server.operation.duration" });
    await vi.waitFor(
      async () => {
        const { Metrics = [] } = await cloudWatch.send(list);
        const tools = Metrics.map(({ Dimensions = [] }) =>
          Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
        );
        const expected = servers.map(([host, tool]) => `${host.replaceAll("-", "_")} ${tool}`);
        expect(tools.map((one) => `${one["service.name"]} ${one["gen_ai.tool.name"]}`).toSorted()).toEqual(
          expected.toSorted(),
        );
      },
      { timeout: 20_000, interval: 500 },
    );
    cloudWatch.destroy();
  });

  it("[MCP-8] are listed by the fleet's registry, as editors read it", async () => {
    const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
    const lambda = new LambdaClient({ endpoint: fleet.endpointUrl, region: "us-east-1", credentials });
    const command = new GetFunctionUrlConfigCommand({ FunctionName: "local-mcp-list-servers" });
    const { FunctionUrl = "" } = await lambda.send(command);
    lambda.destroy();
    const answer = await fetch(new URL("/v0.1/servers?search=memory", FunctionUrl));
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    const { servers } = JSON.parse(await answer.text());
    const remotes = [{ type: "streamable-http", url: fleet.url("memory", "/mcp").href }];
    expect(servers).toMatchObject([{ server: { name: "localhost.mcp/memory", remotes } }]);
    const ask = (path: string, method = "GET") => fetch(new URL(`/v0.1/servers${path}`, FunctionUrl), { method });
    const one = await ask("/localhost.mcp%2Fmemory/versions/latest");
    expect(JSON.parse(await one.text()).server.remotes).toEqual(remotes);
    const page = JSON.parse(await (await ask("?limit=4")).text());
    const rest = JSON.parse(await (await ask(`?cursor=${encodeURIComponent(page.metadata.nextCursor)}`)).text());
    expect([page.metadata.count, rest.metadata]).toEqual([4, { count: 2 }]);
    const none = await ask("/localhost.mcp%2Fnone/versions/latest");
    expect([none.status, await none.text()]).toEqual([404, '{"error":"Server not found"}']);
    const preflight = await ask("", "OPTIONS");
    expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([
      204,
      "authorization, *",
    ]);
  });

  it.each(servers)(
    "[OPS-2] the console reads of %s the calls, errors and latency of each tool, all requests, and releases",
    async (host, name, _args, _words, errors) => {
      const reader = createFleetReader(planStage(map, "local"), {
        endpoint: fleet.endpointUrl,
        region: "us-east-1",
        credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
      });
      const { times, tools, requests, marks, more } = await reader.tools(host.replaceAll("-", "_"), "1h");
      reader.close();
      const [tool, ...others] = tools;
      const sum = (values: readonly number[] = []) => values.reduce((total, value) => total + value, 0);
      expect([tool?.name, sum(tool?.calls), sum(tool?.errors), others, more]).toEqual([name, 1, errors, [], 0]);
      expect(times).toHaveLength(60);
      expect(tool?.p95.filter((ms) => ms !== null)).toEqual([expect.any(Number)]);
      // The 401 to which nobody was logged in, the login, and what the client said besides the call.
      expect(sum(requests?.calls)).toBeGreaterThan(3);
      expect(marks[0]).toMatchObject({ kind: "release", text: "deployment, successful" });
    },
  );

  it.each(["sdk 1", "sdk 2"] as const)(
    "[MCP-5] [MCP-6] ask their client, by the official %s, in the middle of a call, or are told that they cannot",
    async (line) => {
      const member = new Member(ada.sub, fleet.fetch);
      const answersOf = async (host: string) => {
        const server = fleet.url(host, "/mcp");
        if (host !== "open") await member.logIn(server);
        return askThrough(await asked[line](server, member, fleet.fetch));
      };
      expect(await answersOf("everything")).toEqual([
        expect.stringContaining("sampled"),
        expect.stringContaining("Ada"),
      ]);
      // Callers share the one, and nobody is logged in to the other: the server has no such tools for them.
      for (const host of ["everything-stdio", "open"]) {
        expect(await answersOf(host)).toEqual(Array(2).fill(expect.stringMatching(/trigger-\w+-request not found/)));
      }
    },
  );

  it.each(["sdk 1", "sdk 2"] as const)(
    "[STR-5] are reached by the official %s with what fleet connect has for mcp.json, with a login and without",
    async (line) => {
      for (const key of ["everything", "everything_stdio", "open"]) {
        const { url, trusting } = await connect(key);
        const member = new Member(ada.sub, trusting);
        if (key !== "open") await member.logIn(url);
        const client = await asked[line](url, member, trusting);
        const answer = await client.callTool({ name: "echo", arguments: { message: key } });
        expect(answer.content).toEqual([{ type: "text", text: `Echo: ${key}` }]);
        await client.close();
      }
    },
  );

  it("[MCP-5] fleet add brings one more, with a value for its secret, which is nowhere else", async () => {
    const server = {
      name: "com.example/added",
      packages: [
        {
          registryType: "npm",
          identifier: "@modelcontextprotocol/server-everything",
          version: "2026.8.31",
          environmentVariables: [{ name: "ADDED_TOKEN", isRequired: true, isSecret: true }],
        },
      ],
    };
    await fleet.write("server.json", JSON.stringify(server));
    const { folder } = fleet.project;
    const args = ["packages/cli/main.ts", "add", "server.json", "--values", "-", "--yes"];
    const env = { ...process.env, AWS_ENDPOINT_URL: fleet.endpointUrl, npm_config_offline: "true" };
    const adding = promisify(execFile)(process.execPath, args, { cwd: folder, env });
    adding.child.stdin?.end("ADDED_TOKEN=value-of-added\n");
    const { stdout, stderr } = await adding;
    expect(stdout).toMatch(/^ADDED_TOKEN of \/local\/mcp\/added is set: version \w{8} is current\.$/m);
    await fleet.start.said("added");
    const member = new Member(ada.sub, fleet.fetch);
    await vi.waitFor(
      async () => {
        await member.logIn(fleet.url("added", "/mcp"));
        const client = await member.connect(fleet.url("added", "/mcp"));
        try {
          // A task without the value is replaced: when, is the planner's business.
          const answer = await client.callTool({ name: "get-env", arguments: {} }, undefined, { timeout: 10_000 });
          expect(JSON.stringify(answer)).toContain("value-of-added");
        } finally {
          await client.close();
        }
      },
      { timeout: 150_000, interval: 1_000 },
    );
    // It is a process of each caller's own, which may ask.
    for (const line of ["sdk 1", "sdk 2"] as const) {
      const client = await asked[line](fleet.url("added", "/mcp"), member, fleet.fetch);
      expect(await askThrough(client)).toEqual([expect.stringContaining("sampled"), expect.stringContaining("Ada")]);
    }
    const said = `${stdout}${stderr}${fleet.start.lines.join("\n")}${await readFile(join(folder, "fleet.config.ts"), "utf8")}`;
    expect(said).not.toContain("value-of-added");
  });
});
