import { setTimeout as sleep } from "node:timers/promises";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Member } from "#start/client/member.ts";
import { expectNothingLost, type Load, startLoad } from "./starter/load.ts";
import { type Stage, setStage } from "./starter/stage.ts";
import type { Task } from "./starter/task.ts";

describe("the starter under 50 requests a second", () => {
  let stage: Stage;
  let task: Task;
  let token: string;

  beforeAll(async () => {
    stage = await setStage();
    task = await stage.start();
    await stage.front.route(task.port);
    const member = new Member(exampleUsers[0].sub);
    await member.logIn(stage.mcp);
    token = member.accessToken;
  });
  afterAll(() => stage?.stop());

  const add = { name: "add", arguments: { a: 1, b: 2 } };
  const load = (url: URL, token: string): Load => startLoad(url, token, add);

  it("rotates Splunk's token without a failed request or a lost audit event", async () => {
    const next = stage.hec.createToken({ name: "mcp-next", indexes: ["mcp_audit"] }, 1_000);
    const running = load(stage.mcp, token);
    await sleep(500);
    const successor = await stage.start({ SPLUNK_HEC_TOKEN: next.token });
    await stage.front.route(task.port, successor.port);
    await sleep(500);
    await stage.front.route(successor.port);
    expect(await task.stop()).toBe(0);
    stage.hec.disableToken("mcp");
    await sleep(500);
    await expectNothingLost(stage.hec, await running.stop());
    task = successor;
  });

  it("loses no request and no event while Redis restarts", async () => {
    const running = load(stage.mcp, token);
    await sleep(500);
    await stage.redis.takeDown();
    await sleep(1_000);
    await stage.redis.bringUp();
    await sleep(1_000);
    await expectNothingLost(stage.hec, await running.stop());
    expect((await task.health()).sessions.connected).toBe(true);
  });

  it("loses no request and no event while HEC refuses, throttles, is busy and forbids in turn", async () => {
    const running = load(stage.mcp, token);
    for (const fault of [
      { kind: "refuse" },
      { kind: "throttle", retryAfterSeconds: 1 },
      { kind: "busy", lyingHealth: true },
      { kind: "forbid", code: 1 },
    ] as const) {
      stage.hec.setFault(fault);
      await sleep(600);
    }
    expect((await task.health()).audit).toMatchObject({ delivering: false });
    stage.hec.clearFault();
    await expectNothingLost(stage.hec, await running.stop());
    expect((await task.health()).audit).toMatchObject({ delivering: true, dropped: 0 });
  });

  it("hands what HEC did not accept to the next task when it is stopped meanwhile", async () => {
    stage.hec.setFault({ kind: "refuse" });
    const running = load(stage.mcp, token);
    await sleep(600);
    const successor = await stage.start({ SPLUNK_HEC_TOKEN: stage.hec.getToken("mcp-next")?.token ?? "" });
    await stage.front.route(successor.port);
    expect(await task.stop()).toBe(0);
    expect(task.lines.join("\n")).toContain("Audit events wait on disk");
    stage.hec.clearFault();
    const done = await running.stop();
    // Within the interval at which a task looks for what others left.
    await expectNothingLost(stage.hec, done);
  });
});
