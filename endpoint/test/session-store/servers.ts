import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { systemClock } from "#endpoint/clock.ts";
import { createSupervisor } from "#endpoint/processes/supervisor.ts";
import { noToken } from "#endpoint/services/elasticache/auth-token.ts";
import { type Engine, findEngine } from "#endpoint/services/elasticache/cache-engine.ts";
import { ownLoopback, startRedis } from "#endpoint/services/elasticache/redis.ts";

export const onPath = await findEngine(process.env.PATH ?? "");
export const embedded = await findEngine("");

export interface Server {
  readonly host: string;
  readonly port: number;
  /** What it logged, and what was logged about it. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/** Started as a replication group starts it, without a password. */
export async function startServer(engine: Engine): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "session-store-"));
  // An address of its own, so that no other test takes its port meanwhile.
  const host = await ownLoopback(folder);
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: host }] },
    ],
  });
  const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem"), caCert: join(folder, "cert.pem") };
  await writeFile(files.cert, cert);
  await writeFile(files.key, key, { mode: 0o600 });
  const log: string[] = [];
  const processes = createSupervisor();
  const server = await startRedis(
    { clock: systemClock, processes, host, tls: files, log: (line) => log.push(line) },
    { engine, folder, tokens: noToken },
  );
  return {
    host,
    port: server.port,
    log,
    async stop() {
      await server.stop();
      await processes.stopAll();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
