import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import * as v from "valibot";
import { Browser } from "#start/client/browser.ts";
import { installed } from "./install.ts";

/** A client with a login at each of its servers. */
export interface Visitor {
  /** Calls `whoami` at each server, once all access tokens have run out if asked to. @returns what each answers */
  ask(expired: boolean): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly urls: readonly string[];
  /** Reaches public addresses, as browsers do. */
  readonly fetch: typeof fetch;
}

/** What somebody does who is shown the address of the login: opens it, consents, and is sent back to the client. */
async function approve(output: Readable, { fetch: reach }: Surroundings): Promise<void> {
  const asked = Promise.withResolvers<URL>();
  let heard = "";
  output.on("data", (data: Buffer) => {
    heard += data.toString();
    const [found] = heard.match(/https:\/\/[^\s"]+\/authorize\?[^\s"]+(?=[\s"])/) ?? [];
    if (found !== undefined) asked.resolve(new URL(found));
  });
  output.once("end", () => asked.reject(new Error(`The client asked for no login:\n${heard}`)));
  const start = await asked.promise;
  const back = start.searchParams.get("redirect_uri") ?? "";
  await fetch(await new Browser(reach).logIn(start, back, exampleUsers[0].sub));
}

/** The bridge of desktop clients, as the printed line starts it; it goes on running. */
export async function openMcpRemote(around: Surroundings, lines: readonly string[]): Promise<Visitor> {
  const clients = await Promise.all(
    lines.map(async (line) => {
      const transport = new StdioClientTransport({
        command: "sh",
        args: ["-c", line],
        env: { ...around.env, HOME: around.home },
        stderr: "pipe",
      });
      const client = new Client({ name: "desktop", version: "1.0.0" });
      const connected = client.connect(transport, { timeout: 60_000 });
      const { stderr } = transport;
      if (!(stderr instanceof Readable)) throw new TypeError("mcp-remote's stderr is a pipe.");
      await Promise.all([approve(stderr, around), connected]);
      return client;
    }),
  );
  return {
    ask: async (expired) => {
      if (expired) await expireStored(around.home);
      return Promise.all(clients.map((client) => client.callTool({ name: "whoami", arguments: {} })));
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

/** A program of the installed clients, once. */
function command(around: Surroundings, path: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(installed, "node_modules", path), ...args], {
    cwd: around.home,
    // Without a browser on the PATH: the one of the test is enough.
    env: { ...around.env, PATH: "", HOME: around.home, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, answer: answerOf(child) };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new TypeError("The output is a pipe.");
  const [answer, problems] = await Promise.all([text(stdout), text(stderr)]);
  try {
    return JSON.parse(answer);
  } catch {
    throw new Error(`${child.spawnargs.join(" ")} answered:\n${answer}\n${problems}`);
  }
}

const mcporterPath = "mcporter/dist/cli.js";

export async function openMcporter(around: Surroundings): Promise<Visitor> {
  const config = join(around.home, "mcporter.json");
  // It forgets who it is, and with that how to refresh, whenever the port of its callback changes.
  const servers = await Promise.all(
    around.urls.map(async (url, at) => {
      const oauthRedirectUrl = `http://127.0.0.1:${await takePort()}/callback`;
      return [`server${at}`, { url, auth: "oauth", oauthRedirectUrl }] as const;
    }),
  );
  await mkdir(around.home, { recursive: true });
  await writeFile(config, JSON.stringify({ mcpServers: Object.fromEntries(servers) }));
  const mcporter = (...args: readonly string[]) => command(around, mcporterPath, ["--config", config, ...args]);
  for (const [name] of servers) {
    const { child, answer } = mcporter("auth", name, "--no-browser", "--json");
    await Promise.all([approve(child.stdout, around), answer]);
  }
  return {
    ask: async (expired) => {
      if (expired) await expireStored(around.home);
      return Promise.all(servers.map(([name]) => mcporter("call", `${name}.whoami`, "--output", "json").answer));
    },
    close: () => Promise.resolve(),
  };
}

const Envelope = v.object({ result: v.unknown() });
const inspectorPath = "@modelcontextprotocol/inspector/clients/launcher/build/index.js";

export async function openInspector(around: Surroundings): Promise<Visitor> {
  await mkdir(around.home, { recursive: true });
  const env = { MCP_AUTO_OPEN_ENABLED: "true", MCP_INSPECTOR_SECRET_STORE: "file" };
  const call = (url: string, ...more: readonly string[]) => {
    const what = ["--method", "tools/call", "--tool-name", "whoami", "--format", "json"];
    return command(around, inspectorPath, ["--cli", url, ...what, ...more], env);
  };
  for (const url of around.urls) {
    const callback = `http://127.0.0.1:${await takePort()}/oauth/callback`;
    const { child, answer } = call(url, "--callback-url", callback);
    await Promise.all([approve(child.stderr, around), answer]);
  }
  return {
    ask: async (expired) => {
      if (expired) await expireStored(around.home);
      const answers = around.urls.map((url) => call(url, "--stored-auth-only").answer);
      return (await Promise.all(answers)).map((answer) => v.parse(Envelope, answer).result);
    },
    close: () => Promise.resolve(),
  };
}

/** Makes every access token that a client keeps in its home one that no server knows, and that has run out. */
async function expireStored(home: string): Promise<void> {
  let changed = 0;
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const before = await readFile(path, "utf8");
    const after = before
      .replace(/(\\?"access_token\\?"\s*:\s*\\?")[\w-]+/g, "$1of-yesterday")
      .replace(/(\\?"expires(?:_at|At)\\?"\s*:\s*)\d+/g, "$11");
    if (after === before) continue;
    changed += 1;
    await writeFile(path, after);
  }
  if (changed === 0) throw new Error(`The client keeps no access token in ${home}.`);
}
