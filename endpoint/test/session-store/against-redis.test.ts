import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { anyCommand } from "./any-command.ts";
import { scripts } from "./scripts.ts";
import { embedded, onPath, type Server, startServer } from "./servers.ts";
import { type Node, nodeOf, sorted, Wire } from "./wire.ts";

/** Redis answers these in the order of its tables, which nobody may count on. */
const unordered = new Set(["smembers", "sinter", "sunion", "sdiff", "keys", "sscan", "scan", "hscan", "acl"]);

// Other releases word some errors differently.
if (onPath.kind === "installed" && /redis-server$/.test(onPath.command) && onPath.version.startsWith("7.0."))
  describe("the embedded store against redis-server", answersAsRedisDoes);
else
  it("the embedded store against redis-server", { skip: true, meta: { missing: "redis-server 7.0" } }, () => undefined);

function answersAsRedisDoes(): void {
  let servers: readonly [Server, Server];
  let wires: readonly [Wire, Wire];
  beforeAll(async () => {
    // One after the other: each looks for a port that is free.
    servers = [await startServer(embedded), await startServer(onPath)];
  });
  afterAll(async () => {
    await Promise.all(servers?.map((server) => server.stop()) ?? []);
  });
  beforeEach(async () => {
    wires = [await Wire.open(servers[0]), await Wire.open(servers[1])];
    await both("FLUSHALL");
    return () => {
      for (const wire of wires) wire.close();
    };
  });

  async function both(...words: readonly string[]): Promise<readonly [string | Node, string | Node]> {
    const [ours, theirs] = await Promise.all(wires.map((wire) => wire.ask(...words)));
    return [comparable(words, ours ?? ""), comparable(words, theirs ?? "")];
  }

  describe.each(["2", "3"])("in RESP%s", (protocol) => {
    beforeEach(async () => {
      await both("HELLO", protocol);
    });

    it.each(Object.entries(scripts))("[STR-1] answers as Redis does: %s", async (_title, script) => {
      for (const line of script) {
        const words = typeof line === "string" ? line.split(" ") : line;
        const [ours, theirs] = await both(...words);
        expect(ours, words.join(" ")).toEqual(theirs);
      }
    });

    it("[STR-1] answers any sequence of commands as Redis does", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyCommand, { minLength: 1, maxLength: 25 }), async (commands) => {
          await both("FLUSHALL");
          await both("RESET");
          await both("HELLO", protocol);
          for (const words of commands) {
            const [ours, theirs] = await both(...words);
            expect(ours, JSON.stringify(commands)).toEqual(theirs);
          }
        }),
        {
          numRuns: Number(process.env.STORE_RUNS ?? 150),
          seed: Number(process.env.STORE_SEED ?? 20_260),
          endOnFailure: false,
        },
      );
    }, 120_000);
  });

  it.each(
    [
      "*0\r\n*1\r\n$4\r\nPING\r\n",
      "*-1\r\nPING\r\n",
      "PING\r\n\r\n\nECHO hello\n",
      'SET "a \\x41\\n" \'b\\\'c\'\r\nGET "a A\\n"\r\n',
      'ECHO "open\r\n',
      'ECHO "a"b\r\n',
      "*x\r\n",
      "*1\r\n$x\r\n",
      "*1\r\nPING\r\n",
      "*2147483648\r\n",
      "*1\r\n$536870913\r\n",
      "*1\r\n$-1\r\n",
      "*01\r\n",
      "*2\r\n$4\r\nECHO\r\n$3\r\nabcXY*1\r\n$4\r\nPING\r\n",
      `*1\r\n$${"1".repeat(70_000)}`,
      `*${"1".repeat(70_000)}`,
      "a".repeat(70_000),
      "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "QUIT\r\nPING\r\n",
    ].map((bytes) => ({ bytes, shown: bytes.slice(0, 40) })),
  )("treats $shown as Redis does", async ({ bytes }) => {
    const answers = await Promise.all(
      wires.map(async (wire) => {
        wire.send(bytes);
        if (!/^(?:\*1\r\n\$1{9}|\*1{9}|a{9}|POST|QUIT)/.test(bytes)) wire.send("*2\r\n$4\r\nECHO\r\n$4\r\nlast\r\n");
        const replies: string[] = [];
        for (;;) {
          const reply = await wire.next();
          replies.push(reply);
          if (reply === "closed" || reply.includes("last")) return replies;
        }
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });
}

function comparable(words: readonly string[], reply: string): string | Node {
  const name = (words[0] ?? "").toLowerCase();
  if (name === "hello") return reply.replace(/\d+\.\d+\.\d+|:\d+/g, "?");
  return unordered.has(name) ? sorted(nodeOf(reply)) : reply;
}
