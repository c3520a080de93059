import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FleetDefinition, StageDefinition } from "#fleet";
import { type Attended, attend } from "../stage/attended.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { connectWithCookies } from "./clients/cookies.ts";
import { installClients } from "./clients/install.ts";
import { startProgram } from "./clients/started.ts";
import { openInspector, openMcporter, openMcpRemote, type Surroundings, type Visitor } from "./clients/terminal.ts";

const run = promisify(execFile);
const starter = { command: ["node", "packages/starter/main.ts"] } as const;
const counter = [process.execPath, fileURLToPath(new URL("./clients/counter.ts", import.meta.url))] as const;

let areInstalled: boolean;
let fleet: Attended;
let home: string;
beforeAll(async () => {
  // Rounds of the probe are made by hand: the first one of its schedule is an hour away.
  const probe = { everyMinutes: 60 };
  [fleet, areInstalled] = await Promise.all([
    attend(
      withLocal(
        { probe },
        {
          google_workspace: googleWorkspace({ local: starter }),
          notes: echo("notes", { environment: { MCP_LOGIN: "none" }, local: starter }),
          offline: echo("offline", { desiredCount: 0 }),
          issues: googleWorkspace({ host: "issues", oauth: "shared", audit: { source: "mcp-issues" }, local: starter }),
          // Two of each; a client that keeps cookies stays with the task that it met first.
          kept: echo("kept", { desiredCount: 2, stickiness: true, local: { command: counter } }),
          stateless: echo("stateless", {
            desiredCount: 2,
            sessions: "none",
            environment: { STATELESS: "true" },
            local: { command: counter },
          }),
        },
      ),
    ),
    installClients(),
  ]);
  home = await mkdtemp(join(tmpdir(), "fleet-clients-"));
});
afterAll(async () => {
  await fleet.close();
  await rm(home, { recursive: true, force: true });
});

function withLocal(stage: StageDefinition, services: FleetDefinition["services"]): FleetDefinition {
  const map = mapOf(services);
  return { ...map, stages: { ...map.stages, local: { ...map.stages.local, ...stage } } };
}

/** The line that was printed for a service, in the order of the map. */
function pasted(at: number): { readonly line: string; readonly ca: string; readonly url: string } {
  const lines = fleet.start.lines.filter((line) => line.includes("npx mcp-remote"));
  const [, ca = "", url = ""] = lines[at]?.match(/NODE_EXTRA_CA_CERTS=(\S+) npx mcp-remote (\S+)/) ?? [];
  return { line: lines[at]?.trim() ?? "", ca, url };
}

/** A plain environment: Node, npm's programs, and a home of its own. */
const plain = () => ({
  PATH: [dirname(process.execPath), join(fleet.project.folder, "node_modules/.bin"), process.env.PATH].join(":"),
  HOME: home,
});

/** What a client has that is used at these services. */
const around = (name: string, at: readonly number[]): Surroundings => ({
  home: join(home, name),
  env: { ...plain(), NODE_EXTRA_CA_CERTS: pasted(0).ca },
  urls: at.map((one) => pasted(one).url),
  fetch: fleet.fetch,
});

const answer = (text: string) => expect.objectContaining({ content: [expect.objectContaining({ text })] });

async function fleetCommand(...args: readonly string[]) {
  const env = { ...plain(), AWS_ENDPOINT_URL: fleet.endpointUrl, FLEET_STAGE: "local" };
  const bin = join(fleet.project.folder, "bin/fleet.mjs");
  return run(process.execPath, [bin, ...args], { env: { ...env, MCP_FLEET_HTTPS_PORT: fleet.url("notes").port } });
}

/** The two services with a login of their own. */
const withLogin = [0, 2];
const ada = answer(exampleUsers[0].email);

/** Each is what a test opened, and goes on being used by those below. */
const visitors = new Map<string, Visitor>();
async function keep(name: string, opening: (around: Surroundings) => Promise<Visitor>): Promise<void> {
  const visitor = await opening(around(name, withLogin));
  visitors.set(name, visitor);
  expect(await visitor.ask(false), name).toEqual([ada, ada]);
}
const asProgram = (name: string) =>
  keep(name, async (surroundings) => {
    const one = startProgram(name, surroundings);
    return { ask: (expired) => one.call("whoami", {}, expired), close: one.close };
  });

describe("[STR-5] [MCP-3] the clients that people use, at two services with a login each", () => {
  it.each(["sdk 1", "sdk 2", "sdk 2, pinned"])("[MCP-1] log in with the official SDK: %s", asProgram);

  it("log in with mcp-remote, by the printed line", () =>
    keep("mcp-remote", (surroundings) => {
      const lines = withLogin.map((at) => pasted(at).line);
      return openMcpRemote(surroundings, lines);
    }));

  it("log in with the AI SDK, LangChain's adapters, mcporter and the inspector's CLI", async ({ task, skip }) => {
    if (!areInstalled) {
      task.meta.missing = "npm's registry";
      skip();
    }
    await asProgram("ai-sdk");
    await asProgram("langchain");
    await keep("mcporter", openMcporter);
    await keep("inspector", openInspector);
  });

  it("[RED-6] refresh their tokens, and go on over a roll, which a stream outlives", async () => {
    const everybody = async (expired: boolean) => {
      for (const [name, visitor] of visitors) expect(await visitor.ask(expired), name).toEqual([ada, ada]);
    };
    expect(visitors.size).toBe(areInstalled ? 8 : 4);
    await everybody(true);
    const client = new Client({ name: "test", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(fleet.url("notes", "/mcp"), { fetch: fleet.fetch }));
    const ticks: number[] = [];
    const begun = Promise.withResolvers<void>();
    const onprogress = ({ progress }: { readonly progress: number }) => {
      ticks.push(progress);
      begun.resolve();
    };
    const stream = client.callTool({ name: "countdown", arguments: { from: 10 } }, undefined, { onprogress });
    await begun.promise;
    await Promise.all(["google_workspace", "issues", "notes"].map((key) => fleetCommand("redeploy", key, "--wait")));
    expect(await stream).toEqual(answer("Counted down from 10."));
    expect(ticks).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await client.close();
    await everybody(false);
    await Promise.all([...visitors.values()].map((visitor) => visitor.close()));
  });
});

describe("[MCP-10] a server that keeps sessions in its memory", () => {
  const counted = (client: Client) => client.callTool({ name: "count" });

  it("loses them at a roll, with stickiness or without; the same server without sessions loses nothing", async () => {
    const connectTo = (key: string) => connectWithCookies(fleet.url(key, "/mcp"), fleet.fetch);
    const [kept, stateless] = await Promise.all([connectTo("kept"), connectTo("stateless")]);
    for (const count of ["1", "2", "3"]) expect(await counted(kept)).toEqual(answer(count));
    expect(await counted(stateless)).toEqual(answer("1"));
    await Promise.all(["kept", "stateless"].map((key) => fleetCommand("redeploy", key, "--wait")));
    // For good: the client asks again with the same session.
    for (let call = 0; call < 2; call++) {
      await expect(counted(kept)).rejects.toThrow(expect.objectContaining({ code: 404 }));
    }
    for (let call = 0; call < 4; call++) expect(await counted(stateless)).toEqual(answer("1"));
    await Promise.all([kept.close(), stateless.close()]);
  });
});

describe("a client, with nothing but what the printed line gives", () => {
  it.each([["sdk 1"], ["sdk 2"], ["sdk 2, pinned"]])(
    "[STR-5] [MCP-1] connects to a service without a login, with the official SDK: %s",
    async (name) => {
      const one = startProgram(name, around(name, [1]));
      expect(await one.call("add", { a: 1, b: 2 })).toEqual([answer("3")]);
      await one.close();
    },
  );

  it("[MCP-3] finds metadata about the host that it asks, and none where there is no login", async () => {
    const metadata = async (key: string, name: string) => fleet.fetch(new URL(`/.well-known/${name}`, fleet.url(key)));
    for (const key of ["google", "issues"]) {
      const resource = await metadata(key, "oauth-protected-resource/mcp");
      expect(await resource.json()).toMatchObject({ resource: new URL("/mcp", fleet.url(key)).href });
      const server = await metadata(key, "oauth-authorization-server");
      expect(await server.json()).toMatchObject({ issuer: fleet.url(key).origin });
    }
    for (const name of ["oauth-protected-resource", "oauth-protected-resource/mcp", "oauth-authorization-server"]) {
      expect((await metadata("notes", name)).status).toBe(404);
    }
  });

  it("[STR-5] gets the same from fleet connect, as a line and as the usual mcp.json", async () => {
    const { line, ca, url } = pasted(1);
    expect((await fleetCommand("connect", "notes")).stdout.trim()).toBe(line);
    const { stdout, stderr } = await fleetCommand("connect", "notes", "--json");
    expect(JSON.parse(stdout)).toEqual({ mcpServers: { notes: { type: "http", url } } });
    expect(stderr).toContain(`NODE_EXTRA_CA_CERTS=${ca}`);
    expect(JSON.parse((await fleetCommand("connect", "notes", "--json", "--stdio")).stdout)).toEqual({
      mcpServers: { notes: { command: "npx", args: ["-y", "mcp-remote", url], env: { NODE_EXTRA_CA_CERTS: ca } } },
    });
  });

  it("[STR-5] learns why there is nothing to connect to", async () => {
    await expect(fleetCommand("connect", "note")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^No service note in stage local: .* Did you mean "notes"\?/),
    });
    await expect(fleetCommand("connect", "offline")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^offline is offline in stage local: its desiredCount is 0\./),
    });
  });

  it("[STR-5] reaches only the service at its address: other names and other pages are refused", async () => {
    const { url } = pasted(1);
    const ask = (headers: Record<string, string>) => fleet.fetch(url, { method: "POST", headers });
    expect((await ask({ origin: "https://evil.example" })).status).toBe(403);
    expect((await ask({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })).status).toBe(403);
    // It listens on 127.0.0.1 alone, so that all other addresses are free.
    const elsewhere = createServer();
    await new Promise<void>((resolve) => elsewhere.listen(Number(new URL(url).port), "127.0.0.2", resolve));
    elsewhere.close();
  });
});

describe("the probe, a client that comes by itself", () => {
  const settings = () => ({
    endpoint: fleet.endpointUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  });
  const round = async () => {
    const invoke = new InvokeCommand({ FunctionName: "local-mcp-probe-services", Payload: "{}" });
    const { Payload, FunctionError } = await new LambdaClient(settings()).send(invoke);
    const said = Buffer.from(Payload ?? []).toString();
    if (FunctionError !== undefined) throw new Error(said);
    return JSON.parse(said);
  };

  it("[REL-3] gets through to each service or is told where to log in, and fleet status knows", async () => {
    expect(await round()).toEqual({ probed: 5, down: [], unreached: [] });
    const { stdout } = await fleetCommand("status", "--json").catch((error: { readonly stdout: string }) => error);
    const { services, probe } = JSON.parse(stdout);
    expect(services.map(({ key, probe: found }: { key: string; probe: object | null }) => [key, found])).toEqual([
      ["google_workspace", expect.objectContaining({ state: "login", tools: null })],
      ["notes", expect.objectContaining({ state: "up", reason: null, tools: expect.any(Number) })],
      ["offline", null],
      ["issues", expect.objectContaining({ state: "login" })],
      ["kept", expect.objectContaining({ state: "up" })],
      ["stateless", expect.objectContaining({ state: "up" })],
    ]);
    expect(Date.now() - Date.parse(probe.lastRound)).toBeLessThan(60_000);
  });

  it("[REL-3] [REL-5] tells the chats what changed of the tools, and that nobody gets through any more", async () => {
    const dynamo = new DynamoDBClient(settings());
    const put = (kind: string, record: object) =>
      dynamo.send(
        new PutItemCommand({
          TableName: "local-mcp-probes",
          Item: { kind: { S: kind }, service: { S: "notes" }, record: { S: JSON.stringify(record) } },
        }),
      );
    // What another release of it had.
    const known = { description: "another", shape: "another" };
    await put("tools", { add: known, subtract: known });
    await put("standing", { state: "up", since: Date.now(), era: "modern", tools: { digest: "another", count: 2 } });
    await round();
    await round();
    const [chats = ""] = fleet.start.lines.flatMap((line) => /chats\s+(http:\S+)/.exec(line)?.[1] ?? []);
    await vi.waitFor(
      async () => {
        const page = await (await fetch(chats)).text();
        expect(page).toMatch(/notes: its tools changed: 1 described anew, 1 gone/);
        expect(page).toContain("“subtract” is gone");
      },
      { timeout: 20_000, interval: 500 },
    );
    await put("standing", { state: "down", since: Date.now(), reason: "answers 500 to initialize" });
    await expect(fleetCommand("status")).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/No MCP client has got through for \S+ s: it answers 500 to initialize\./),
    });
  });
});
