import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { generate } from "selfsigned";

const binary = ["valkey-server", "redis-server"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/** False where neither Redis nor Valkey is installed: `apt-get install redis-server`. */
export const hasRedis = binary !== undefined;

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

/** A real Redis or Valkey that speaks TLS only, on a port of the system's choosing. */
export async function startRedis(): Promise<RedisServer> {
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
  const port = await freePort();
  let child: ChildProcess | undefined;

  const connect = () => new Redis({ host: "localhost", port, tls: { ca: cert }, maxRetriesPerRequest: null });

  async function bringUp(): Promise<void> {
    const args = ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no", "--bind", "127.0.0.1"];
    const files = ["--tls-cert-file", caFile, "--tls-key-file", join(directory, "key.pem"), "--dir", directory];
    child = spawn(binary ?? "redis-server", [...args, ...files, "--appendonly", "yes", "--save", ""], {
      stdio: "ignore",
    });
    const client = connect();
    client.on("error", () => undefined);
    await client.ping();
    client.disconnect();
  }

  async function takeDown(): Promise<void> {
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
    child = undefined;
  }

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

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new TypeError("A server listens on a port.");
  return address.port;
}
