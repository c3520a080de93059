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
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FleetDefinition, StageDefinition } from "#fleet";
import { Browser } from "#start/client/browser.ts";
import { type Attended, attend } from "../stage/attended.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";

const run = promisify(execFile);
const starter = { command: ["node", "packages/starter/main.ts"] } as const;
const program = fileURLToPath(new URL("./clients/program.ts", import.meta.url));

let fleet: Attended;
let home: string;
beforeAll(async () => {
  // Rounds of the probe are made by hand: the first one of its schedule is an hour away.
  const probe = { everyMinutes: 60 };
  fleet = await attend(
    withLocal(
      { probe },
      {
        google_workspace: googleWorkspace({ local: starter }),
        notes: echo("notes", { environment: { MCP_LOGIN: "none" }, local: starter }),
        offline: echo("offline", { desiredCount: 0 }),
        issues: googleWorkspace({ host: "issues", oauth: "shared", audit: { source: "mcp-issues" }, local: starter }),
      },
    ),
  );
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

async function inNode(at: number, ...args: readonly string[]): Promise<unknown> {
  const { ca, url } = pasted(at);
  const env = { ...plain(), NODE_EXTRA_CA_CERTS: ca };
  const { stdout } = await run(process.execPath, [program, url, ...args], { env, timeout: 60_000 });
  return JSON.parse(stdout);
}

const answer = (text: string) => expect.objectContaining({ content: [{ type: "text", text }] });

/** What the line starts, spoken to as a client of the desktop would. */
function paste(at: number) {
  const transport = new StdioClientTransport({
    command: "sh",
    args: ["-c", pasted(at).line],
    env: plain(),
    cwd: fleet.project.folder,
    stderr: "pipe",
  });
  const client = new Client({ name: "desktop", version: "1.0.0" });
  return { transport, client };
}

async function fleetCommand(...args: readonly string[]) {
  const env = { ...plain(), AWS_ENDPOINT_URL: fleet.endpointUrl, FLEET_STAGE: "local" };
  const bin = join(fleet.project.folder, "bin/fleet.mjs");
  return run(process.execPath, [bin, ...args], { env: { ...env, MCP_FLEET_HTTPS_PORT: fleet.url("notes").port } });
}

describe("a client in Node, with nothing but what the printed line gives", () => {
  it("[STR-5] connects to a service without a login, with the official SDK", async () => {
    expect(await inNode(1, "add", '{"a":1,"b":2}')).toEqual(answer("3"));
  });

  it("[STR-5] logs in, with the official SDK: metadata, cookies and tokens are for the address it used", async () => {
    expect(await inNode(0, "whoami", "{}", "--login")).toEqual(answer(exampleUsers[0].email));
  });

  it.each(["auto", "2026-07-28"])("[MCP-1] speaks to a service with the SDK's second line, at %s", async (revision) => {
    const { resultType, content } = Object(await inNode(1, "add", '{"a":1,"b":2}', `--sdk=2:${revision}`));
    expect([resultType ?? "complete", content]).toEqual(["complete", [{ type: "text", text: "3" }]]);
  });

  it("[MCP-3] logs in to a second service with a login of its own, with either line of the SDK", async () => {
    const ada = expect.objectContaining({ content: [{ type: "text", text: exampleUsers[0].email }] });
    expect(await inNode(2, "whoami", "{}", "--login")).toEqual(ada);
    expect(await inNode(2, "whoami", "{}", "--login", "--sdk=2:2026-07-28")).toEqual(ada);
    expect(await inNode(0, "whoami", "{}", "--login", "--sdk=2:auto")).toEqual(ada);
  });

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

  it("[STR-5] connects to a service without a login, with mcp-remote", async () => {
    const { transport, client } = paste(1);
    await client.connect(transport, { timeout: 60_000 });
    expect(await client.callTool({ name: "add", arguments: { a: 1, b: 2 } })).toEqual(answer("3"));
    await client.close();
  });

  it("[STR-5] logs in, with mcp-remote", async () => {
    const { transport, client } = paste(0);
    const asked = Promise.withResolvers<URL>();
    let heard = "";
    transport.stderr?.on("data", (data: Buffer) => {
      heard += data.toString();
      const [found] = heard.match(/https:\/\/\S+\/authorize\?\S+(?=\s)/) ?? [];
      if (found !== undefined) asked.resolve(new URL(found));
    });
    const connected = client.connect(transport, { timeout: 60_000 });
    const start = await asked.promise;
    const redirectUri = start.searchParams.get("redirect_uri") ?? "";
    const end = await new Browser(fleet.fetch).logIn(start, redirectUri, exampleUsers[0].sub);
    await fetch(end);
    await connected;
    expect(await client.callTool({ name: "whoami", arguments: {} })).toEqual(answer(exampleUsers[0].email));
    await client.close();
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
    expect(await round()).toEqual({ probed: 3, down: [], unreached: [] });
    const { stdout } = await fleetCommand("status", "--json").catch((error: { readonly stdout: string }) => error);
    const { services, probe } = JSON.parse(stdout);
    expect(services.map(({ key, probe: found }: { key: string; probe: object | null }) => [key, found])).toEqual([
      ["google_workspace", expect.objectContaining({ state: "login", tools: null })],
      ["notes", expect.objectContaining({ state: "up", reason: null, tools: expect.any(Number) })],
      ["offline", null],
      ["issues", expect.objectContaining({ state: "login" })],
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
