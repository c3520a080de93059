import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type ChatName, chatNames, type PlaceName, type SlackUser } from "@mcp-fleet/endpoint/doubles/chat-page";
import { browserPath } from "@mcp-fleet/testing/programs.ts";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { deleteMute, queryMutes } from "#chat/record/mute-table.ts";
import { actionResult } from "#console/model/action.ts";
import { withButtons, withMail } from "../fixture/buttons.ts";
import { firstEvent, startConsoleCommand } from "../stage/console-command.ts";
import { openWatch } from "../stage/console-watch.ts";
import { echo, echoCommand, googleWorkspace, mapOf } from "../stage/maps.ts";
import { operatorOf } from "../stage/operator.ts";
import { type FleetStage, openStage } from "../stage/stage.ts";

let stage: FleetStage;
const closed = "shop.closed";

// The shop does not start while this file is in the project: its tasks end as soon as they begin.
const command = ["sh", "-c", 'test ! -e "$0" && exec "$@"', closed, ...echoCommand("shop")] as const;
const reported = (services: Parameters<typeof mapOf>[0]) => withMail(withButtons(mapOf(services)));
const map = reported({
  google_workspace: googleWorkspace(),
  wiki: echo("wiki"),
  shop: echo("shop", { local: { command } }),
  menu: echo("menu"),
});
/** It passes its health checks, and answers no call. */
const broken = reported({ ...map.services, menu: echo("menu", { environment: { ECHO_STATUS: "500" } }) });

beforeAll(async () => {
  stage = await openStage(map, "local", "bootstrapped", "watched");
  await stage.deploy(map);
  const secrets = new SecretsManagerClient(stage.client);
  const SecretString = JSON.stringify(stage.fleet.chats.secret);
  for (const SecretId of ["/local/mcp/chat", "/local/mcp/slack-app"])
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
});
afterAll(async () => {
  expect(await stage.close()).toEqual([]);
});

const said = (chat: ChatName) =>
  stage.fleet.chats.list(chat).map(({ payload, reply, edits }) => ({ text: JSON.stringify(payload), reply, edits }));

/** Waits for what is posted, and looks now and then for what is not. */
async function until(reached: () => boolean, patienceMs = 40_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!reached()) {
    if (Date.now() > deadline) throw new Error(`Not within ${patienceMs} ms: ${reached}`);
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const stop = stage.fleet.chats.onChange(done);
      const timer = setTimeout(done, 500);
    });
  }
}

async function heard(chat: ChatName, part: string): Promise<string> {
  const found = () => said(chat).find(({ text }) => text.includes(part))?.text;
  try {
    await until(() => found() !== undefined, 20_000);
  } catch {
    const all = said(chat).map(({ text }) => text);
    throw new Error(`${chat} did not say "${part}": ${all.join("\n")}`);
  }
  return found() ?? "";
}

/** Nothing measures it, so that its state is what somebody sets. */
const byHand = "local-mcp-wiki-latencyByHand";
const byHandLater = `${byHand}Later`;
const byHandPressed = "local-mcp-shop-latencyByHand";

async function makeAlarm(AlarmName: string): Promise<void> {
  const { Topics = [] } = await new SNSClient(stage.client).send(new ListTopicsCommand({}));
  const topic = Topics.find(({ TopicArn }) => TopicArn?.endsWith(":MCPAlerts"))?.TopicArn ?? "";
  const metric = { Namespace: "Test", MetricName: "ByHand", Statistic: "Average", Period: 60 } as const;
  const rule = { EvaluationPeriods: 1, Threshold: 7, ComparisonOperator: "GreaterThanThreshold" } as const;
  const actions = { TreatMissingData: "ignore", AlarmActions: [topic], OKActions: [topic] };
  const command = new PutMetricAlarmCommand({ AlarmName, ...metric, ...rule, ...actions });
  await new CloudWatchClient(stage.client).send(command);
}

async function setState(AlarmName: string, StateValue: "ALARM" | "OK"): Promise<void> {
  const cloudWatch = new CloudWatchClient(stage.client);
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: "To see a card." }));
}

describe("an alarm of the deployed fleet", () => {
  it("[CHAT-1] [ALB-9] is a card in every chat, with what a reader needs", async () => {
    // One that somebody sets may end with the next evaluation, before its card is posted.
    const failing = Array.from({ length: 4 }, () => stage.fetch(stage.url("google", "/?status=500")));
    for (const { status } of await Promise.all(failing)) expect(status).toBe(500);
    // Where the alarm of the objective rings within the group wait as well, the one card is headed by that.
    for (const chat of chatNames) {
      const text = await heard(chat, "5xx responses");
      expect(text, chat).toMatch(/google_workspace: (?:5xx responses|Too many requests fail)/);
      expect(text, chat).toMatch(/docs\/runbook\.md#(?:errors5xx|failedrequests)/);
      for (const part of ["Targets", "1 of 1 healthy", "Last deployment"]) expect(text, chat).toContain(part);
    }
  });

  it("[CHAT-1] [CHAT-2] [CHAT-12] opens a conversation within the group wait and two seconds, and ends the same one", async () => {
    await makeAlarm(byHand);
    // One that came back so soon would be flapping.
    await makeAlarm(byHandLater);
    const began = Date.now();
    await setState(byHand, "ALARM");
    // The limit stands in the topic's message, the rest in the event's: both roads, one card.
    for (const chat of chatNames) await heard(chat, "wiki: Average of ByHand, above 7 for 1 min");
    expect(Date.now() - began).toBeLessThan(10_000);
    await setState(byHand, "OK");
    for (const chat of chatNames) await heard(chat, "Recovered: wiki: Average of ByHand, above 7 for 1 min");
    const wiki = (chat: ChatName) => said(chat).filter(({ text }) => text.includes("ByHand"));
    // The headline is rewritten first, then answered.
    await vi.waitFor(() =>
      expect(wiki("slack-bot")).toMatchObject([
        { reply: false, edits: 1 },
        { reply: true, edits: 0 },
      ]),
    );
    expect(wiki("google-chat").map(({ reply }) => reply)).toEqual([false, true]);
    for (const chat of ["slack-webhook", "teams"] as const) expect(wiki(chat)).toHaveLength(2);
    // Those on the destination's list have confirmed what AWS asked them, once, when the topic was made.
    for (const person of ["on-call@example.com", "boss@example.com"]) {
      const mails = () => stage.cloud.inbox.list(person).filter(({ subject }) => subject.includes("ByHand"));
      await vi.waitFor(() => expect(mails()).toHaveLength(2), { timeout: 20_000 });
      const [begin, end] = mails();
      expect(begin?.subject).toBe("[warning] wiki: Average of ByHand, above 7 for 1 min");
      expect(begin?.body).toContain("Alarm: https://");
      expect(end?.subject).toBe("[over] Recovered: wiki: Average of ByHand, above 7 for 1 min");
    }
  });

  it("[CHAT-1] [CHAT-2] [ALB-9] reports a service whose process stops within its period, and its recovery", async () => {
    await writeFile(join(stage.project.folder, closed), "");
    process.kill((await stage.echo(stage.url("shop"))).pid, "SIGKILL");
    for (const chat of chatNames) await heard(chat, "shop: Healthy tasks");
    await rm(join(stage.project.folder, closed));
    const isOver = ({ text }: { readonly text: string }) => text.includes("Recovered: shop: ");
    for (const chat of chatNames) await until(() => said(chat).some(isOver));
    // The bot edits its card, Google Chat answers in the thread; the other two can do neither and post it again.
    expect(said("slack-bot").find(isOver)).toMatchObject({ reply: false });
    expect(said("google-chat").find(isOver)).toMatchObject({ reply: true });
  });

  it("[REL-1] [REL-7] takes back a release that passes its health checks and answers no call, and says so in one conversation", async () => {
    const watch = browserPath !== undefined ? await openWatch(stage.fleet, stage.plan(map)) : undefined;
    const answers: { readonly at: number; readonly status: number }[] = [];
    const calling = setInterval(async () => {
      const { status } = await stage.fetch(stage.url("menu", "/mcp")).catch(() => ({ status: 0 }));
      answers.push({ at: Date.now(), status });
    }, 100);
    const deploying = stage.run("deploy", broken);
    await vi.waitFor(() => expect(answers.map(({ status }) => status)).toContain(500), { timeout: 60_000 });
    await watch?.sees("What changed", "menu", /is rolled back/);
    await watch?.photograph("rolled-back");
    const { code, lines } = await deploying;
    clearInterval(calling);
    await watch?.close();
    const failed = answers.filter(({ status }) => status !== 200);
    const hurt = (failed.at(-1)?.at ?? 0) - (failed[0]?.at ?? 0);
    expect(failed.length).toBeGreaterThan(0);
    expect(hurt).toBeLessThan(60_000);
    expect(answers.at(-1)?.status).toBe(200);
    expect(code).not.toBe(0);
    const said = lines.join("\n");
    expect(said).toMatch(/✘ menu was rolled back: calls failed\. What ran before serves again\./);
    expect(said).toMatch(/Alarm local-mcp-menu-releaseErrors rings since/);
    expect(said).toContain("| Error: /mcp could not be answered");
    expect(stage.cloud.cloudFormation.stacks().find(({ name }) => name.endsWith("-Services"))?.status).toBe(
      "UPDATE_ROLLBACK_COMPLETE",
    );
    for (const chat of chatNames) {
      expect(await heard(chat, "Rolled back, as an alarm rang on what was new"), chat).toContain("menu: ");
    }
    expect((await operatorOf(stage, map)(["status"])).out).toMatch(/^menu +1\/1 +1 healthy +failed, old one serves/m);
    const history = await operatorOf(stage, map)(["history", "menu"]);
    expect(history.out).toMatch(/release\s+revision 2\s+\(\S+\)\s+by\s+\S+:\s+rolled\s+back:\s+releaseErrors/);
    expect(history.out).toMatch(/alarm +releaseErrors rang/);
    const revisions = JSON.parse((await operatorOf(stage, map)(["rollback", "menu", "--json"])).out);
    expect(revisions).toMatchObject([
      { revision: 2, status: "ROLLBACK_SUCCESSFUL", alarms: ["local-mcp-menu-releaseErrors"], runs: false },
      { revision: 1, status: "SUCCESSFUL", runs: true },
    ]);
    // What mends it is not kept out by the alarm, which rings on for a while.
    await stage.deploy(reported({ ...map.services, menu: echo("menu", { environment: { MENDED: "yes" } }) }));
    const mended = async () => await (await stage.fetch(stage.url("menu", "/environment?name=MENDED"))).text();
    expect(await mended()).toBe("yes");
    const back = await operatorOf(stage, map)(["rollback", "menu", "--to", "1"]);
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining("They are revision 1 again, as number 4.") });
    expect(await mended()).toBe("");
  });

  it("[CHAT-3] waits for a chat that fails, and posts to the others meanwhile, each once; the console shows it", async () => {
    const watch = browserPath !== undefined ? await openWatch(stage.fleet, stage.plan(map)) : undefined;
    // Other alarms of the fleet may come and go meanwhile: only this one's messages count.
    const told = (chat: ChatName) => said(chat).filter(({ text }) => text.includes("ByHand")).length;
    const before = new Map(chatNames.map((chat) => [chat, told(chat)]));
    const more = (chat: PlaceName) => told(chat) - (before.get(chat) ?? 0);
    if (watch === undefined) stage.fleet.chats.setFault("slack-webhook", { kind: "error" });
    else await watch.press("Silence slack-feed");
    await setState(byHandLater, "ALARM");
    for (const chat of chatNames.filter((name) => name !== "slack-webhook")) await until(() => more(chat) === 1);
    expect(more("slack-webhook")).toBe(0);
    await watch?.sees("Alarms", byHandLater, "waiting for slack-feed");
    await watch?.photograph("alarm-message");
    if (watch === undefined) stage.fleet.chats.setFault("slack-webhook", undefined);
    else await watch.press("Unsilence slack-feed");
    await until(() => more("slack-webhook") === 1);
    expect(chatNames.map(more)).toEqual([1, 1, 1, 1]);
    await watch?.sees("What changed", "slack-feed", "got the messages that waited for it.");
    await watch?.sees("Alarms", byHandLater, "sent to all 5 chats");
    await setState(byHandLater, "OK");
    for (const chat of ["slack-webhook", "teams"] as const) await until(() => more(chat) === 2);
    await watch?.sees("Chats", byHandLater, /^wiki recovered/);
    await watch?.photograph("alarm-message-recovered");
    await watch?.close();
    expect(watch?.complaints ?? []).toEqual([]);
  });

  it("[CHAT-1] is in the console that only reads, with the message it became, and Ctrl-C ends that with 0", async () => {
    const { url, interrupt } = await startConsoleCommand(stage);
    const kinds = ["hello", "services", "chats", "traffic"] as const;
    const told = await Promise.all(kinds.map((kind) => firstEvent(url, kind))).finally(interrupt);
    expect(told).toMatchObject([
      { stage: "local", mode: "alarms", happenings: false },
      { services: [{ key: "google_workspace" }, { key: "wiki", status: "active" }, { key: "shop" }, { key: "menu" }] },
      { chats: { messages: expect.arrayContaining([expect.objectContaining({ group: "wiki", phase: "recovered" })]) } },
      { kind: "traffic" },
    ]);
    const traffic = told.flatMap((event) => (event.kind === "traffic" ? event.traffic : []));
    const shop = traffic.find(({ service }) => service === "shop");
    expect(shop).toMatchObject({ span: "hour", p95: expect.any(Number) });
    expect(shop?.counts.some((count) => count > 0)).toBe(true);
    const { code, said: lines } = await interrupt();
    expect({ code, lines }).toEqual({ code: 0, lines: [expect.stringContaining("Ctrl-C ends it")] });
  });

  it("[CHAT-14] is somebody's once they press a button in Slack, in every chat, and silent if they want", async () => {
    await makeAlarm(byHandPressed);
    await setState(byHandPressed, "ALARM");
    await heard("slack-bot", "shop: Average of ByHand");
    const { chats } = stage.fleet;
    const isPressable = (text: string) => text.includes("shop: Average") && text.includes('"acknowledge"');
    const card = chats.list("slack-bot").findLast(({ payload }) => isPressable(JSON.stringify(payload)));
    const press = (button: string, user?: SlackUser) => chats.press("slack-bot", card?.id ?? "", button, user);
    expect(await press("acknowledge", { id: "U0STRANGER0", username: "mallory" })).toBe(200);
    expect(await press("acknowledge")).toBe(200);
    for (const chat of chatNames) await heard(chat, "you has it: shop: Average of ByHand");
    expect(await press("silence")).toBe(200);
    for (const chat of chatNames) await heard(chat, ", silent until ");
    const table = new DynamoDBClient(stage.client);
    expect(await queryMutes(table, "local-mcp-incidents", Date.now())).toMatchObject([
      { target: "shop", by: "you", reason: "from Slack" },
    ]);
    await deleteMute(table, "local-mcp-incidents", "shop");
    const whispers = chats
      .list("slack-bot")
      .flatMap(({ whisper, payload }) => (whisper ? JSON.stringify(payload) : []));
    expect(whispers.join()).toMatch(/You may not.*shop is yours\..*shop is yours, and silent until/s);
    // A signature of somebody else's, at the door itself.
    const lambda = new LambdaClient(stage.client);
    const { FunctionUrl = "" } = await lambda.send(
      new GetFunctionUrlConfigCommand({ FunctionName: "local-mcp-answer-button" }),
    );
    const headers = {
      "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000)),
      "x-slack-signature": `v0=${"0".repeat(64)}`,
    };
    expect((await fetch(FunctionUrl, { method: "POST", headers, body: "payload=%7B%7D" })).status).toBe(401);
    await setState(byHandPressed, "OK");
    for (const chat of chatNames) await heard(chat, "Recovered: shop: Average of ByHand");
    expect(stage.log.join("\n")).not.toContain("/actions/");
  });

  it("[CHAT-14] is somebody's by the console's page too, where messages without buttons lead", async () => {
    const { url, interrupt } = await startConsoleCommand(stage);
    try {
      const page = await (await fetch(`${url}/?about=wiki`)).text();
      const [, token = ""] = /name="action-token" content="([^"]+)"/.exec(page) ?? [];
      const ask = async (action: object) => {
        const headers = { "x-console-token": token };
        const answer = await fetch(`${url}/actions`, { method: "POST", headers, body: JSON.stringify(action) });
        return { status: answer.status, ...v.parse(actionResult, await answer.json()) };
      };
      expect(await ask({ kind: "silence-alarms", about: "wiki" })).toEqual({
        status: 200,
        ok: true,
        message: expect.stringMatching(/^What lasts of wiki is yours, \S+, and silent until (?:[\d-]+ )?\d\d:\d\d/),
      });
      const table = new DynamoDBClient(stage.client);
      expect(await queryMutes(table, "local-mcp-incidents", Date.now())).toMatchObject([
        { target: "wiki", reason: "from the console" },
      ]);
      await deleteMute(table, "local-mcp-incidents", "wiki");
      expect(await ask({ kind: "acknowledge-alarms", about: "local-mcp-nothing" })).toMatchObject({ status: 409 });
      expect(await ask({ kind: "kill-task", task: "a" })).toMatchObject({ status: 409, ok: false });
    } finally {
      await interrupt();
    }
  });

  it("[CHAT-3] leaves nothing in the queue", async () => {
    const sqs = new SQSClient(stage.client);
    for (const QueueName of ["local-mcp-alarms", "local-mcp-alarms-dead"]) {
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
      expect(Number(Attributes?.ApproximateNumberOfMessages)).toBe(0);
    }
  });

  it("[SEC-5] writes no webhook and no token to the function's log", () => {
    const log = stage.log.join("\n");
    for (const [key, value] of Object.entries(stage.fleet.chats.secret)) {
      if (key !== "SLACK_API_URL") expect(log).not.toContain(value);
    }
  });
});
