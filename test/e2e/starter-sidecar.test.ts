import { setTimeout as sleep } from "node:timers/promises";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Member } from "#start/client/member.ts";
import { callOnce, expectNothingLost, type Loaded, startLoad } from "./starter/load.ts";
import { type Stage, setStage } from "./starter/stage.ts";
import { startTask, type Task } from "./starter/task.ts";

/** `OUTAGE_SECONDS=600 npx vitest run …` is how long Splunk is away, and Redis a tenth of it. */
const outageMs = Number(process.env.OUTAGE_SECONDS ?? 4) * 1_000;
const perSecond = Number(process.env.CALLS_PER_SECOND ?? 20);
const timeout = 120_000 + 1.5 * outageMs;

const servers = [
  {
    speaks: "HTTP",
    quick: { name: "add", arguments: { a: 1, b: 2 } },
    slow: { name: "countdown", arguments: { from: 3 } },
    program: { kind: "sidecar" },
  },
  {
    speaks: "stdio",
    quick: { name: "get-sum", arguments: { a: 1, b: 2 } },
    slow: { name: "trigger-long-running-operation", arguments: { duration: 3, steps: 3 } },
    program: { kind: "sidecar", command: ["node_modules/.bin/mcp-server-everything"] },
  },
] as const;

describe.each(servers)(
  "[MCP-6] the sidecar in front of a server over $speaks, under load",
  ({ quick, slow, program }) => {
    let stage: Stage;
    let behind: Task;
    let task: Task;
    let token: string;
    const start = () => {
      const upstream = `http://127.0.0.1:${behind.port}`;
      return stage.start({ MCP_UPSTREAM: `${upstream}/mcp`, MCP_CALLS_PER_MINUTE: "1000000" }, program);
    };

    beforeAll(async () => {
      stage = await setStage();
      behind = await startTask({ MCP_LOGIN: "none" });
      task = await start();
      await stage.front.route(task.port);
      const member = new Member(exampleUsers[0].sub);
      await member.logIn(stage.mcp);
      token = member.accessToken;
    });
    afterAll(async () => {
      await stage?.stop();
      await behind?.kill();
    });

    const during = async (what: () => Promise<unknown>): Promise<Loaded> => {
      const running = startLoad(stage.mcp, token, quick, perSecond);
      await sleep(500);
      await what();
      await sleep(500);
      return running.stop();
    };

    it("loses no event and fails no call while Splunk is away", { timeout }, async () => {
      const done = await during(async () => {
        stage.hec.setFault({ kind: "refuse" });
        await sleep(outageMs);
        expect((await task.health()).audit).toMatchObject({ delivering: false });
        stage.hec.clearFault();
      });
      await expectNothingLost(stage.hec, done);
      expect((await task.health()).audit).toMatchObject({ delivering: true, dropped: 0 });
    });

    it("loses no event and fails no call while Redis is away", { timeout }, async () => {
      const done = await during(async () => {
        await stage.redis.takeDown();
        await sleep(outageMs / 10);
        await stage.redis.bringUp();
        await expect.poll(async () => (await task.health()).sessions.connected, { timeout: 10_000 }).toBe(true);
      });
      await expectNothingLost(stage.hec, done);
    });

    it("loses no call in a roll, of those that stream neither", async () => {
      const done = await during(async () => {
        const long = Promise.all([1, 2, 3].map(() => callOnce(stage.mcp, token, slow)));
        const successor = await start();
        // A balancer's checks take longer than the first connection.
        await expect.poll(async () => (await successor.health()).sessions.connected, { timeout: 30_000 }).toBe(true);
        await stage.front.route(task.port, successor.port);
        // One who goes on to send to a task that is leaving: the balancer needs a moment to know.
        const stopped = task.stop();
        await stage.front.route(successor.port);
        expect(await stopped).toBe(0);
        expect((await long).map(({ status, body }) => [status, body.includes("isError")])).toEqual(
          Array(3).fill([200, false]),
        );
        task = successor;
      });
      await expectNothingLost(stage.hec, done);
    });
  },
);
