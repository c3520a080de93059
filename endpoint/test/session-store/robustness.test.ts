import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfiguration } from "#endpoint/session-store/configuration.ts";
import { createGlob } from "#endpoint/session-store/glob.ts";
import { RequestReader } from "#endpoint/session-store/request.ts";
import { embedded, type Server, startServer } from "./servers.ts";
import { frame, Wire } from "./wire.ts";

let server: Server;
const open: Wire[] = [];
beforeAll(async () => {
  server = await startServer(embedded);
});
afterAll(async () => {
  for (const wire of open) wire.close();
  await server.stop();
});

async function wire(): Promise<Wire> {
  const one = await Wire.open(server);
  open.push(one);
  return one;
}

function readAll(bytes: Buffer, cuts: readonly number[]): readonly (readonly string[])[] {
  const reader = new RequestReader();
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b);
  const requests: (readonly string[])[] = [];
  let start = 0;
  for (const end of ends) {
    reader.push(bytes.subarray(start, end));
    start = end;
    for (let request = reader.next(true); request !== undefined; request = reader.next(true)) requests.push(request);
  }
  return requests;
}

describe("requests", () => {
  const words = fc.array(fc.string({ unit: "binary-ascii" }), { minLength: 1, maxLength: 5 });

  it("are read the same in whatever pieces they come", () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 20 }), (requests, cuts) => {
        expect(readAll(Buffer.from(requests.map(frame).join(""), "latin1"), cuts)).toEqual(requests);
      }),
    );
  });

  it("are answered in turn when thousands come in one piece", async () => {
    const one = await wire();
    const texts = Array.from({ length: 5_000 }, (_, index) => String(index));
    one.send(texts.map((text) => frame(["ECHO", text])).join(""));
    for (const text of texts) expect(await one.next()).toBe(`$${text.length}\r\n${text}\r\n`);
  });

  it("do no harm, whatever their bytes", async () => {
    const nearlyFrames = fc.string({
      unit: fc.constantFrom("*", "$", "1", "2", "-", "\r\n", "\r", "\n", '"', "GET", " ", "\0", "\xff"),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(nearlyFrames, fc.string({ unit: "binary-ascii" })), async (bytes) => {
        const one = await Wire.open(server);
        one.send(bytes);
        one.close();
      }),
      { numRuns: 100 },
    );
    expect(await (await wire()).ask("PING")).toBe("+PONG\r\n");
    expect(server.log.filter((line) => line.includes("ended"))).toEqual([]);
  });
});

describe("limits", () => {
  it("evict what expires when memory is full, and refuse writes when nothing does", async () => {
    const one = await wire();
    const chunk = "x".repeat(16 * 1024 * 1024);
    for (let index = 0; index < 26; index++) await one.ask("SET", `goes:${index}`, chunk, "EX", "1000");
    expect(await one.ask("EXISTS", "goes:0")).toBe(":0\r\n");
    expect(await one.ask("EXISTS", "goes:25")).toBe(":1\r\n");
    await one.ask("FLUSHALL");
    const answers = new Set<string>();
    for (let index = 0; index < 26; index++) answers.add(await one.ask("SET", `stays:${index}`, chunk));
    expect([...answers]).toEqual(["+OK\r\n", "-OOM command not allowed when used memory > 'maxmemory'.\r\n"]);
    expect(await one.ask("STRLEN", "stays:0")).toBe(`:${chunk.length}\r\n`);
    await one.ask("FLUSHALL");
  }, 60_000);

  it("disconnect a client that asks for an oversized reply, and serve the others", async () => {
    const [one, other] = [await wire(), await wire()];
    await one.ask("SET", "big", "x".repeat(4 * 1024 * 1024));
    one.send(frame(["MGET", ...Array.from({ length: 1_000 }, () => "big")]));
    expect(await one.next()).toBe("closed");
    expect(await other.ask("PING")).toBe("+PONG\r\n");
    await other.ask("FLUSHALL");
  });

  it("match a pattern of many stars quickly", () => {
    const matches = createGlob(`${"a*".repeat(2_000)}b`);
    const began = performance.now();
    expect(matches("a".repeat(20_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("expired keys", () => {
  it("are removed without being read, and counted in INFO", async () => {
    const one = await wire();
    for (let index = 0; index < 50; index++) await one.ask("SET", `short:${index}`, "x", "PX", "50");
    await expect.poll(() => one.ask("DBSIZE"), { timeout: 5_000 }).toBe(":0\r\n");
    expect(await one.ask("INFO", "stats")).toMatch(/expired_keys:[1-9]/);
  });

  it("do not keep a scan from finding every key that was there throughout", async () => {
    const one = await wire();
    const keys = Array.from({ length: 300 }, (_, index) => `scan:${index}`);
    for (const key of keys) await one.ask("SET", key, "x");
    const redis = new Redis({ host: server.host, port: server.port, tls: { rejectUnauthorized: false } });
    const met = new Set<string>();
    let cursor = "0";
    do {
      const [next, found] = await redis.scan(cursor, "MATCH", "scan:*", "COUNT", 7);
      cursor = next;
      for (const key of found) met.add(key);
      // Every third is removed during the scan; new ones are added.
      await redis.del(`scan:${met.size * 3}`);
      await redis.set(`new:${met.size}`, "x");
    } while (cursor !== "0");
    const left = await redis.keys("scan:*");
    expect(left.filter((key) => !met.has(key))).toEqual([]);
    redis.disconnect();
  });
});

describe("clients", () => {
  it("[STR-1] such as ioredis run transactions, pipelines and pick up expiry", async () => {
    const redis = new Redis({ host: server.host, port: server.port, tls: { rejectUnauthorized: false }, db: 2 });
    expect(await redis.multi().set("a", "1", "EX", 100).incr("a").get("a").exec()).toEqual([
      [null, "OK"],
      [null, 2],
      [null, "2"],
    ]);
    expect(
      await redis.pipeline().hset("h", { x: "1", y: "2" }).hgetall("h").sadd("s", "m").smembers("s").exec(),
    ).toEqual([
      [null, 2],
      [null, { x: "1", y: "2" }],
      [null, 1],
      [null, ["m"]],
    ]);
    await expect(redis.lpush("list", "x")).rejects.toThrow("ERR unknown command 'lpush'");
    await redis.quit();
  });

  it("that are killed get no further reply", async () => {
    const [one, other] = [await wire(), await wire()];
    const id = (await one.ask("CLIENT", "ID")).slice(1, -2);
    expect(await other.ask("CLIENT", "KILL", "ID", id)).toBe(":1\r\n");
    expect(await one.next()).toBe("closed");
  });

  it("may name their library, as current ones do", async () => {
    const one = await wire();
    expect(await one.ask("CLIENT", "SETINFO", "LIB-NAME", "glide")).toBe("+OK\r\n");
    expect(await one.ask("CLIENT", "INFO")).toContain("lib-name=glide");
  });

  it("see no password in an error", async () => {
    const said = await (await wire()).ask("ACL", "SETUSER", "default", "<not-a-password-of-it");
    expect(said).toContain("ERR Error in ACL SETUSER modifier '<': The password you are trying to remove");
  });
});

it("refuses a configuration that it cannot fulfil, by its line", () => {
  const configured = 'bind 127.0.0.1\ntls-port 1\ntls-cert-file "a b"\ntls-key-file k\nmaxmemory 1\nmaxclients 1\n';
  expect(parseConfiguration(configured)).toMatchObject({ host: "127.0.0.1", port: 1, certFile: "a b", maxMemory: 1 });
  expect(() => parseConfiguration(`${configured}appendonly yes\n`)).toThrow('cannot do "appendonly yes"');
  expect(() => parseConfiguration("bind 127.0.0.1\n")).toThrow("needs tls-port");
});
