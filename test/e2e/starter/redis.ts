import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, findEngine } from "@mcp-fleet/endpoint";
import { type Listener, listen, SessionStore } from "@mcp-fleet/endpoint/session-store";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { Redis } from "ioredis";
import { generate } from "selfsigned";

const engine = await findEngine(process.env.PATH ?? "");

/** False where neither Redis nor Valkey is installed: `apt-get install redis-server`. */
export const hasRedis = engine.kind === "installed";

/** What keeps the sessions: a program of this machine, or the store that stands in for it. */
export type StoreKind = Engine["kind"];

export interface RedisServer {
  readonly port: number;
  /** The certificate authority, for `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  /** Everything in it, keys and values, as text. */
  dump(): Promise<string>;
  /** Takes it down, keeping its data as a snapshot or a replica would. */
  takeDown(): Promise<void>;
  bringUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Speaks TLS only, on a port of the system's choosing. A real Redis or Valkey, where there is one and nothing else is asked for. */
export async function startRedis(kind: StoreKind = engine.kind): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), "starter-redis-"));
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  const caFile = join(directory, "cert.pem");
  await writeFile(caFile, cert);
  await writeFile(join(directory, "key.pem"), key, { mode: 0o600 });
  const port = await takePort();
  const { bringUp, takeDown } =
    kind === "embedded" ? embedded(port, { cert, key }) : installed(port, directory, caFile);
  const connect = () => new Redis({ host: "localhost", port, tls: { ca: cert }, maxRetriesPerRequest: null });

  await bringUp();
  return {
    port,
    caFile,
    dump: async () => {
      const client = connect();
      const keys = await client.keys("*");
      const values = await Promise.all(keys.map((name) => client.get(name)));
      client.disconnect();
      return JSON.stringify([keys, values]);
    },
    takeDown,
    bringUp,
    stop: async () => {
      await takeDown();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

type UpAndDown = Pick<RedisServer, "takeDown" | "bringUp">;

function installed(port: number, directory: string, caFile: string): UpAndDown {
  let child: ChildProcess | undefined;
  return {
    async bringUp() {
      const args = ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no", "--bind", "127.0.0.1"];
      const files = ["--tls-cert-file", caFile, "--tls-key-file", join(directory, "key.pem"), "--dir", directory];
      child = spawn(
        engine.kind === "installed" ? engine.command : "redis-server",
        [...args, ...files, "--appendonly", "yes", "--save", ""],
        {
          stdio: "ignore",
        },
      );
      const client = new Redis({
        host: "localhost",
        port,
        tls: { ca: await readFile(caFile) },
        maxRetriesPerRequest: null,
      });
      client.on("error", () => undefined);
      await client.ping();
      client.disconnect();
    },
    async takeDown() {
      if (child === undefined || child.exitCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      child = undefined;
    },
  };
}

/** It keeps nothing on disk: what stands for a snapshot is the store without its socket. */
function embedded(port: number, pair: { readonly cert: string; readonly key: string }): UpAndDown {
  const store = new SessionStore({ port, maxMemory: 0, maxClients: 1_000, onShutdown: () => undefined });
  let listener: Listener | undefined;
  return {
    async bringUp() {
      listener = await listen(store, { host: "127.0.0.1", port, ...pair }, () => undefined);
    },
    async takeDown() {
      await listener?.close();
      listener = undefined;
    },
  };
}
