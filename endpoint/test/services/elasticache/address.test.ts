import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ownLoopback } from "#endpoint/services/elasticache/redis.ts";

it("[AWS-10] a fleet's Redis has a loopback address of its own, the same at each start", async () => {
  const [one, again, other] = await Promise.all(
    ["one", "one", "other"].map((folder) => ownLoopback(join(tmpdir(), folder))),
  );
  expect(one).toMatch(/^127\./);
  expect(again).toBe(one);
  // Where the system has 127.0.0.1 alone, it is that, and the port differs.
  if (one !== "127.0.0.1") expect(other).not.toBe(one);
});
