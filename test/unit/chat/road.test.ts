import { describe, expect, it } from "vitest";
import { plain } from "#chat/card/prose.ts";
import type { Delivery } from "#chat/receivers/delivery.ts";
import type { Mute } from "#chat/record/mute-table.ts";
import type { QueuedMessage } from "#chat/road.ts";
import type { ChatSettings } from "#chat/settings.ts";
import { alarm, busEvent, roadTest, tick } from "../../fixture/arrivals.ts";
import { createTown, hour, minute, start, titles } from "./town.ts";

describe("telling", () => {
  it("[CHAT-1] [CHAT-2] opens one conversation for a service, adds to it, and ends it with how long it lasted", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    await town.pass(5 * minute);
    town.send(alarm("wiki", "ALARM", town.now, { metric: "TargetResponseTime" }));
    await town.run();
    await town.pass(7 * minute);
    town.send(alarm("wiki", "OK", town.now), alarm("wiki", "OK", town.now, { metric: "TargetResponseTime" }));
    await town.run();
    expect(town.said.map(({ conversation: { manner, reference } }) => [manner, reference])).toEqual([
      ["begin", undefined],
      ["reply", "ref-0"],
      ["rewrite", "ref-0"],
    ]);
    const last = town.said.at(-1)?.card;
    expect([last?.tone, plain(last?.status ?? [])]).toEqual([
      "good",
      expect.stringContaining("Recovered at 20:12 UTC after 12 min"),
    ]);
    expect(town.waiting).toBe(0);
  });

  it("[CHAT-2] ends the conversation also where something else began and ended within the last window", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    await town.pass(minute);
    const metric = { metric: "TargetResponseTime" };
    town.send(alarm("wiki", "ALARM", town.now - 9, metric), alarm("wiki", "OK", town.now, metric));
    town.send(alarm("wiki", "OK", town.now));
    await town.run();
    expect(town.said.map(({ card, conversation }) => [conversation.manner, card.tone])).toEqual([
      ["begin", "critical"],
      ["rewrite", "good"],
    ]);
  });

  it("[CHAT-3] tells alarms of one service in one window in one message", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start), alarm("wiki", "ALARM", start + 1, { metric: "TargetResponseTime" }));
    await town.run();
    expect(town.said).toHaveLength(1);
    // One is the title.
    expect(town.said[0]?.card.lines).toHaveLength(1);
  });

  it("[CHAT-3] posts once what arrives twice, in one batch or later, over either road", async () => {
    const town = createTown();
    const { body } = alarm("wiki", "ALARM", start);
    town.send({ ...alarm("wiki", "ALARM", start), id: "a" }, { id: "b", body, sentAt: start, receiveCount: 1 });
    await town.run();
    await town.pass(minute);
    town.send({ id: "c", body, sentAt: town.now, receiveCount: 1 });
    const detail = {
      alarmName: "prod-mcp-wiki-healthyHosts",
      state: { value: "ALARM", timestamp: "2026-09-23T20:00:00.000+0000" },
    };
    const arn = "arn:aws:cloudwatch:us-east-1:573946584375:alarm:prod-mcp-wiki-healthyHosts";
    const event = busEvent("CloudWatch Alarm State Change", "aws.cloudwatch", detail, [arn]);
    town.send({ id: "d", body: event, sentAt: town.now, receiveCount: 1 });
    await town.run();
    expect(town.said).toHaveLength(1);
  });

  it("[CHAT-3] tells a beginning that arrives after its end as what is over", async () => {
    const town = createTown();
    town.send(alarm("wiki", "OK", start + minute));
    await town.run();
    expect(town.said).toHaveLength(0);
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    expect(town.said.map(({ card }) => [card.tone, plain(card.status)])).toEqual([
      ["good", "Began at 20:00 UTC, recovered at 20:01 UTC after 1 min"],
    ]);
  });

  it("[CHAT-3] tells a beginning that arrives late, also of what was wrong and over before", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start), alarm("wiki", "OK", start + minute));
    await town.run();
    town.send(alarm("wiki", "OK", start + 9 * minute));
    await town.run();
    town.send(alarm("wiki", "ALARM", start + 6 * minute));
    await town.run();
    expect(town.said.map(({ card: { status } }) => plain(status))).toEqual([
      expect.stringContaining("after 1 min"),
      expect.stringContaining("after 3 min"),
    ]);
  });

  it("[CHAT-3] [CHAT-9] reminds after four hours, then ever more rarely while it lasts, and no longer", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    for (let quarter = 0; quarter < 30 * 4; quarter++) {
      await town.pass(15 * minute, 15 * minute);
      town.send(tick);
      await town.run();
    }
    const reminders = town.said.filter(({ card }) => card.title.startsWith("Reminder: "));
    expect(reminders.map(({ at }) => Math.round((at - start) / hour))).toEqual([4, 12, 28]);
    town.send(alarm("wiki", "OK", town.now));
    await town.run();
    const { length } = town.said;
    await town.pass(5 * hour, hour);
    town.send(tick);
    await town.run();
    expect(town.said).toHaveLength(length);
  });

  it("[CHAT-4] posts a failed deployment, and closes it when a later one completes", async () => {
    const town = createTown();
    const service = "arn:aws:ecs:us-east-1:573946584375:service/prod-mcp-cluster/prod-mcp-wiki";
    const deployment = (eventName: string, deploymentId: string, at: number): QueuedMessage => {
      const detail = { eventName, deploymentId, updatedAt: new Date(at).toISOString(), reason: "circuit breaker" };
      const body = busEvent("ECS Deployment State Change", "aws.ecs", detail, [service]);
      return { id: deploymentId, body, sentAt: at, receiveCount: 1 };
    };
    town.send(deployment("SERVICE_DEPLOYMENT_COMPLETED", "d0", start));
    await town.run();
    town.send(deployment("SERVICE_DEPLOYMENT_FAILED", "d1", start + minute));
    await town.run();
    town.send(deployment("SERVICE_DEPLOYMENT_COMPLETED", "d2", start + 3 * minute));
    await town.run();
    expect(town.said.map(({ card }) => card.tone)).toEqual(["critical", "good"]);
  });
});

describe("rotations", () => {
  const event = (eventName: string, at: number): QueuedMessage => {
    const additionalEventData = {
      SecretId: "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbCdEf",
    };
    const detail = {
      eventName,
      eventID: `${eventName}-${at}`,
      eventTime: new Date(at).toISOString(),
      additionalEventData,
    };
    const body = busEvent("AWS Service Event via CloudTrail", "aws.secretsmanager", detail);
    return { id: `${eventName}-${at}`, body, sentAt: at, receiveCount: 1 };
  };
  const settled = (at: number): QueuedMessage => {
    const notice = { source: "mcp-fleet", kind: "rotation", subject: "splunk", phase: "succeeded", severity: "info" };
    const Message = JSON.stringify({
      ...notice,
      title: "rotated and settled",
      text: "",
      at: new Date(at).toISOString(),
    });
    return {
      id: `settled-${at}`,
      body: JSON.stringify({ Type: "Notification", Message }),
      sentAt: at,
      receiveCount: 1,
    };
  };

  it("[CHAT-4] are told when they went well, once for each who tells of it, in one conversation", async () => {
    const town = createTown();
    town.send(event("RotationSucceeded", start));
    await town.run();
    await town.pass(minute);
    town.send(settled(town.now));
    await town.run();
    expect(town.said.map(({ card, conversation }) => [card.tone, conversation.manner])).toEqual([
      ["info", "begin"],
      ["info", "reply"],
    ]);
  });

  it("[CHAT-4] go where the routes of the one service bring them that uses the secret", async () => {
    const town = createTown({ routes: [{ to: ["workspace-team"], services: ["google_workspace"] }] }, [
      "workspace-team",
    ]);
    const notice = { source: "mcp-fleet", kind: "rotation", subject: "splunk", phase: "succeeded", severity: "info" };
    const service = "prod-mcp-google-workspace";
    const Message = JSON.stringify({ ...notice, title: "rotated and settled", text: "", service });
    const body = JSON.stringify({ Type: "Notification", Message });
    town.send({ id: "settled", body, sentAt: start, receiveCount: 1 });
    await town.run();
    expect(town.said.map(({ card }) => card.links.map(({ url }) => url).join())).toEqual([
      expect.stringContaining("/services/prod-mcp-google-workspace/health"),
    ]);
  });

  it("[CHAT-4] that failed last until one went well, whoever says so", async () => {
    const town = createTown();
    town.send(event("RotationFailed", start));
    await town.run();
    await town.pass(minute);
    town.send(settled(town.now));
    await town.run();
    expect(town.said.map(({ card }) => card.tone)).toEqual(["critical", "good"]);
  });
});

describe("routes and mutes", () => {
  it("[CHAT-1] bring a service and a severity to the destinations that want it", async () => {
    const routes: ChatSettings["routes"] = [
      { to: ["all"] },
      { to: ["urgent"], severities: ["critical"] },
      { to: ["wiki-team"], services: ["wiki"] },
    ];
    const town = createTown({ routes }, ["all", "urgent", "wiki-team"]);
    town.send(alarm("wiki", "ALARM", start), alarm("mail", "ALARM", start, { metric: "TargetResponseTime" }));
    await town.run();
    const heard = (name: string) =>
      titles(town.said.filter(({ destination }) => destination === name)).map((title) => title.split(":")[0]);
    expect([heard("all").sort(), heard("urgent"), heard("wiki-team")]).toEqual([["mail", "wiki"], ["wiki"], ["wiki"]]);
  });

  it("[CHAT-3] say nothing in a window, and say what still lasts when it ends", async () => {
    const mutes: ChatSettings["mutes"] = [
      { reason: "nightly import", from: "19:30", until: "20:30", services: ["wiki", "mail"] },
    ];
    const town = createTown({ mutes });
    town.send(alarm("wiki", "ALARM", start), alarm("mail", "ALARM", start));
    await town.run();
    town.send(alarm("mail", "OK", start + minute));
    await town.run();
    expect(town.said).toHaveLength(0);
    await town.pass(31 * minute, minute);
    town.send(tick);
    await town.run();
    expect(titles(town.said)).toEqual([expect.stringMatching(/^wiki: /)]);
  });
});

describe("a test of the road", () => {
  const narrow: Partial<ChatSettings> = {
    routes: [
      { to: ["slack"], severities: ["critical"] },
      { to: ["wiki-team"], services: ["wiki"] },
    ],
    mutes: [{ reason: "always", from: "00:00", until: "23:59" }],
  };

  it("[CHAT-1] reaches every chat whatever the routes want, in a mute window too, and says that nothing is wrong", async () => {
    const town = createTown(narrow, ["slack", "wiki-team"]);
    town.send(roadTest("ALARM", start));
    await town.run();
    expect(
      town.said.map(({ destination, card, conversation }) => [destination, card.title, conversation.manner]),
    ).toEqual([
      ["slack", "Test of the alarm road: nothing is wrong", "begin"],
      ["wiki-team", "Test of the alarm road: nothing is wrong", "begin"],
    ]);
    town.send(roadTest("OK", start + 5_000));
    await town.pass(minute);
    expect(town.said.slice(2).map(({ card, conversation }) => [card.tone, conversation.manner])).toEqual([
      ["good", "close"],
      ["good", "close"],
    ]);
  });

  it("is told once, by the topic: over the bus it would arrive although the topic brings nothing", async () => {
    const town = createTown();
    const state = { value: "ALARM", timestamp: new Date(start).toISOString() };
    const detail = { alarmName: "prod-mcp-alarm-road", state, configuration: {} };
    const body = busEvent("CloudWatch Alarm State Change", "aws.cloudwatch", detail, ["arn:of:the:alarm"]);
    town.send({ id: "bus", body, sentAt: start, receiveCount: 1 });
    await town.run();
    expect([town.said, town.waiting]).toEqual([[], 0]);
  });

  it("[CHAT-3] is told beside a storm, and not counted in it", async () => {
    const town = createTown();
    town.send(...Array.from({ length: 6 }, (_, at) => alarm(`s${at}`, "ALARM", start)), roadTest("ALARM", start));
    await town.run();
    expect(titles(town.said)).toEqual([
      "Storm: 6 services in alarm, 6 down: s0, s1, s2, s3 and 2 more",
      "Test of the alarm road: nothing is wrong",
    ]);
  });

  it("of another stage with the same topic is not told here", async () => {
    const town = createTown();
    town.send(roadTest("ALARM", start, "dev"));
    await town.run();
    expect([town.said, town.waiting]).toEqual([[], 0]);
  });
});

describe("a chat that fails", () => {
  const failures: Readonly<Record<string, Delivery>> = {
    down: { kind: "retry", reason: "ECONNREFUSED" },
    throttled: { kind: "retry", reason: "HTTP 429", afterMs: 90_000 },
    "throttled without a time": { kind: "retry", reason: "HTTP 429" },
    "answering 500": { kind: "unknown", reason: "HTTP 500" },
    silent: { kind: "unknown", reason: "timeout" },
    lying: { kind: "retry", reason: "a success response that reports an error" },
    refusing: { kind: "refused", reason: "HTTP 404 no_service" },
  };

  it.each(Object.keys(failures))(
    "[CHAT-3] is told each incident once when it comes back after an hour of: %s",
    async (name) => {
      const town = createTown({}, ["slack", "teams"]);
      const failure = failures[name];
      if (failure === undefined) throw new Error(`No failure ${name}.`);
      const services = ["a", "b", "c", "d"];
      town.answerWith(({ destination }) => (destination === "slack" ? failure : { kind: "accepted", reference: "r" }));
      town.answeringWith((destination) => destination !== "slack" || failure.kind === "refused");
      for (const service of services) {
        town.send(alarm(service, "ALARM", town.now));
        await town.pass(15 * minute);
      }
      expect(town.said.filter(({ destination }) => destination === "teams")).toHaveLength(4);
      town.answerWith(() => ({ kind: "accepted", reference: "r" }));
      town.answeringWith(() => true);
      await town.pass(hour);
      const heard = town.said.filter(({ destination }) => destination === "slack");
      expect(
        titles(heard)
          .map((title) => title.split(":")[0])
          .sort(),
      ).toEqual(services);
      expect([town.said.length, town.waiting, town.dead.length]).toEqual([8, 0, 0]);
    },
  );

  it("[CHAT-3] leaves what it never takes in the dead-letter queue", async () => {
    const town = createTown();
    town.answerWith(() => ({ kind: "refused", reason: "HTTP 404 no_service" }));
    town.send(alarm("wiki", "ALARM", start));
    await town.pass(24 * hour, 5 * minute);
    expect([town.said.length, town.waiting, town.dead.length]).toEqual([0, 0, 1]);
  });
});

describe("a function that dies", () => {
  /** At the first call, or after so many saves. */
  const failing = (
    town: ReturnType<typeof createTown>,
    point: "load" | "save",
    effect: "before" | "after",
    saves: number,
  ) => {
    const { store } = town;
    let armed = true;
    let passing = saves;
    const die = () => {
      armed = false;
      throw new Error("killed");
    };
    town.store = {
      ...store,
      load: async (...args) => (armed && point === "load" ? die() : store.load(...args)),
      async save(...args) {
        const dying = armed && point === "save" && passing-- === 0;
        if (dying && effect === "before") die();
        const outcome = await store.save(...args);
        if (dying) die();
        return outcome;
      },
    };
  };

  it.each([
    ["before the send", "load", "before", 0, 1],
    ["before it recorded what it would send", "save", "before", 0, 1],
    ["between that and the send", "save", "after", 0, 1],
    // The one point at which a message is repeated: accepted by the chat, and not yet recorded.
    ["after the send and before the record", "save", "before", 1, 2],
    ["after the record", "save", "after", 1, 1],
  ] as const)(
    "[CHAT-3] [CHAT-13] %s: loses nothing, and repeats nothing but in one case",
    async (_, call, effect, saves, messages) => {
      const town = createTown();
      failing(town, call, effect, saves);
      town.send(alarm("wiki", "ALARM", start));
      await town.run();
      await town.pass(20 * minute);
      expect(town.said).toHaveLength(messages);
      expect(new Set(town.said.map(({ conversation: { key } }) => key)).size).toBe(1);
      expect(new Set(titles(town.said)).size).toBe(1);
      expect(town.waiting).toBe(0);
      town.send(alarm("wiki", "OK", town.now));
      await town.run();
      expect(town.said.at(-1)?.card.tone).toBe("good");
    },
  );

  it("[CHAT-3] leaves a destination alone that another one speaks to", async () => {
    const town = createTown();
    await town.store.claim("slack", town.now, town.now + minute);
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    expect([town.said.length, town.waiting]).toEqual([0, 1]);
    await town.pass(2 * minute);
    expect([town.said.length, town.waiting]).toEqual([1, 0]);
  });
});

describe("a storm", () => {
  const services = Array.from({ length: 8 }, (_, at) => `s${at}`);

  it("[CHAT-2] [CHAT-12] ends where its last digest shows something as ongoing, once nothing of it is", async () => {
    const town = createTown();
    town.send(...services.map((service) => alarm(service, "ALARM", start)));
    await town.run();
    for (const service of services) {
      town.send(alarm(service, "OK", town.now));
      await town.pass(minute);
      town.send(tick);
      await town.run();
    }
    // One after the other, each is a reply that ends no more than itself.
    expect(town.said.slice(1, -1).map(({ card, conversation }) => [card.tone, conversation.part])).toEqual(
      services.map(() => ["good", true]),
    );
    const [first, last] = [town.said[0], town.said.at(-1)];
    expect([last?.card.title, last?.card.tone, last?.conversation.manner, last?.conversation.part]).toEqual([
      "8 services recovered",
      "good",
      "close",
      false,
    ]);
    expect(last?.conversation.key).toBe(first?.conversation.key);
    const { length } = town.said;
    town.send(tick);
    await town.run();
    expect(town.said).toHaveLength(length);
  });

  it("[CHAT-12] is one alert to pagers, also the next one that begins while something of it lasts", async () => {
    const town = createTown({}, ["pager"]);
    const begin = async (letter: string) => {
      town.send(...services.map((service) => alarm(`${letter}${service}`, "ALARM", town.now)));
      await town.run();
      await town.pass(10 * minute);
    };
    await begin("a");
    await begin("b");
    expect(new Set(town.said.map(({ conversation: { key } }) => key)).size).toBe(1);
  });

  it("[CHAT-12] of ends is none to pagers: each alert is resolved", async () => {
    const town = createTown({}, ["pager", "slack"]);
    for (const service of services) {
      town.send(alarm(service, "ALARM", town.now));
      await town.pass(minute);
    }
    town.send(...services.map((service) => alarm(service, "OK", town.now)));
    await town.pass(minute);
    const ends = (name: string) =>
      town.said.filter(({ destination, card }) => destination === name && card.tone === "good");
    expect([ends("pager").length, ends("slack").length]).toEqual([services.length, 1]);
    expect(new Set(ends("pager").map(({ conversation: { reference } }) => reference)).size).toBe(services.length);
  });

  it("[CHAT-3] of 10,000 alarms is a few digests, a message a second at most, with every alarm counted", async () => {
    const town = createTown({}, ["slack", "teams"]);
    const metrics = ["HealthyHostCount", "TargetResponseTime"];
    const alarms = Array.from({ length: 5_000 }, (_, index) =>
      metrics.map((metric) => alarm(`service-${index}`, "ALARM", start + index, { metric })),
    ).flat();
    for (let from = 0; from < alarms.length; from += 2_500) {
      town.send(...alarms.slice(from, from + 2_500));
      await town.run();
      await town.pass(10_000, 10_000);
    }
    await town.pass(minute);
    for (const destination of ["slack", "teams"]) {
      const heard = town.said.filter((one) => one.destination === destination);
      expect(heard.map(({ conversation }) => conversation.manner)).toEqual(["begin", "refresh", "refresh", "refresh"]);
      expect(plain(heard.at(-1)?.card.status ?? [])).toContain("10000 started, 0 recovered");
      const gaps = heard.slice(1).map(({ at }, index) => at - (heard[index]?.at ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
      const recorded = [...town.records].filter(([name]) => name.startsWith(`${destination}\nservice`));
      expect(recorded.flatMap(([, { entries }]) => Object.values(entries))).toHaveLength(10_000);
    }
    expect([town.waiting, town.dead.length]).toEqual([0, 0]);
  });

  it("[CHAT-2] [CHAT-3] ends for one service in an answer to the digest, which stays as it is", async () => {
    const town = createTown();
    town.send(...["a", "b", "c", "d", "e", "f"].map((service) => alarm(service, "ALARM", start)));
    await town.run();
    await town.pass(minute);
    town.send(alarm("a", "OK", town.now));
    await town.run();
    expect(town.said.map(({ conversation: { manner, reference } }) => [manner, reference])).toEqual([
      ["begin", undefined],
      ["reply", "ref-0"],
    ]);
  });
});

const arnOf = (name: string) => `arn:aws:cloudwatch:us-east-1:573946584375:alarm:${name}`;

describe("an operator's mute", () => {
  const until = start + 30 * minute;
  const mute = (target: string): Mute => ({ target, reason: "moving", by: "alice", since: start, until });
  const event = (name: string, at: number, state: object = {}): QueuedMessage => {
    const timestamp = new Date(at).toISOString().replace("Z", "+0000");
    const detail = { alarmName: name, state: { value: "ALARM", timestamp, ...state }, configuration: {} };
    const body = busEvent("CloudWatch Alarm State Change", "aws.cloudwatch", detail, [arnOf(name)]);
    return { id: `${name}-${at}`, body, sentAt: at, receiveCount: 1 };
  };

  it("[CHAT-5] silences the topic and the bus, and what still lasts is told when it ends", async () => {
    const town = createTown({}, ["slack"], [mute("wiki")]);
    town.send(alarm("wiki", "ALARM", start), event("prod-mcp-wiki-errors5xx", start), alarm("mail", "ALARM", start));
    await town.run();
    expect(titles(town.said)).toEqual([expect.stringContaining("mail")]);
    town.send(alarm("wiki", "ALARM", start + minute, { metric: "TargetResponseTime" }));
    town.send(alarm("wiki", "OK", start + 2 * minute, { metric: "TargetResponseTime" }));
    await town.pass(29 * minute);
    expect(town.said).toHaveLength(1);
    await town.pass(2 * minute);
    town.send(tick);
    await town.run();
    expect(town.said).toHaveLength(2);
    expect(town.said[1]?.card).toMatchObject({ title: expect.stringContaining("wiki: Healthy tasks"), lines: [{}] });
  });

  it("[CHAT-5] may be of one alarm, and keeps reminders back as well", async () => {
    const name = "prod-mcp-wiki-healthyHosts";
    const mutes: Mute[] = [];
    const town = createTown({ repeatAfterHours: 0.1 }, ["slack"], mutes);
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    mutes.push(mute(name));
    await town.pass(10 * minute);
    town.send(tick);
    await town.run();
    expect(town.said).toHaveLength(1);
    await town.pass(20 * minute);
    town.send(tick);
    await town.run();
    expect(town.said).toHaveLength(2);
  });

  it("[CHAT-5] in CloudWatch itself, whose events do not say so, is looked up and kept to", async () => {
    const town = createTown();
    town.standings.set(arnOf("prod-mcp-wiki-errors5xx"), "silenced");
    town.send(event("prod-mcp-wiki-errors5xx", start), event("prod-mcp-wiki-latencyP95", start));
    await town.run();
    expect(titles(town.said)).toEqual([expect.stringContaining("latencyP95")]);
    town.send(tick);
    await town.pass(5 * minute);
    expect(town.said).toHaveLength(1);
    town.standings.clear();
    town.send(tick);
    await town.run();
    expect(town.said).toHaveLength(2);
  });

  it("[CHAT-5] by another alarm, which suppresses a composite one's actions, is kept to", async () => {
    const town = createTown();
    town.send(event("prod-mcp-all", start, { actionsSuppressedBy: "Alarm" }));
    await town.run();
    expect(town.said).toEqual([]);
  });
});

describe("the life of an alarm", () => {
  const flap = async (town: ReturnType<typeof createTown>, pairs: number) => {
    for (let pair = 0; pair < pairs; pair++) {
      town.send(alarm("wiki", "ALARM", town.now));
      await town.pass(minute);
      town.send(alarm("wiki", "OK", town.now));
      await town.pass(minute);
    }
  };
  const quarterHour = async (town: ReturnType<typeof createTown>) => {
    await town.pass(16 * minute, minute);
    town.send(tick);
    await town.run();
  };

  it("[CHAT-9] that comes and goes is one conversation with a count, which ends once it stays away", async () => {
    const town = createTown();
    await flap(town, 20);
    expect(titles(town.said)).toEqual([
      expect.stringMatching(/^wiki: Healthy tasks/),
      expect.stringMatching(/^Recovered: wiki: Healthy tasks/),
      expect.stringMatching(/^wiki: Healthy tasks.* \(2 times in 2 min/),
    ]);
    await quarterHour(town);
    expect(town.said.at(-1)?.card).toMatchObject({
      title: expect.stringMatching(/^Recovered: wiki: Healthy tasks.* \(20 times in 39 min/),
    });
    expect(town.said.map(({ conversation: { manner, reference } }) => [manner, reference])).toEqual([
      ["begin", undefined],
      ["rewrite", "ref-0"],
      ["reply", "ref-0"],
      ["rewrite", "ref-0"],
    ]);
    expect(new Set(town.said.map(({ conversation }) => conversation.key)).size).toBe(1);
  });

  it("[CHAT-9] that comes back after a quarter of an hour is another", async () => {
    const town = createTown();
    await flap(town, 1);
    await quarterHour(town);
    town.send(alarm("wiki", "ALARM", town.now));
    await town.run();
    expect(town.said.at(-1)).toMatchObject({
      conversation: { manner: "begin" },
      card: { title: expect.not.stringMatching(/times/) },
    });
  });

  it("[CHAT-9] ends with it if it is deleted, or is OK without having said so", async () => {
    for (const [standing, ending] of [
      ["gone", /^Alarm deleted: wiki: Healthy tasks/],
      ["over", /^Recovered: wiki: Healthy tasks/],
    ] as const) {
      const town = createTown();
      town.send(alarm("wiki", "ALARM", start));
      await town.run();
      town.standings.set(arnOf("prod-mcp-wiki-healthyHosts"), standing);
      await town.pass(5 * minute);
      expect(town.said).toHaveLength(1);
      town.send(tick);
      await town.run();
      expect(titles(town.said)[1]).toMatch(ending);
      town.send(tick);
      await town.run();
      expect(town.said).toHaveLength(2);
    }
  });

  it("[CHAT-9] ends with it if it is a contributor's, and lasts while others of it do", async () => {
    const town = createTown();
    const one = alarm("disk #1", "ALARM", start);
    const { Message, ...notification } = JSON.parse(one.body);
    const message = JSON.stringify({ ...JSON.parse(Message), AlarmContributorId: "3a4d1" });
    town.send({ ...one, body: JSON.stringify({ ...notification, Message: message }) });
    await town.run();
    for (const [standing, said] of [
      ["over", 1],
      ["gone", 2],
    ] as const) {
      town.standings.set(arnOf("prod-mcp-disk #1-healthyHosts"), standing);
      town.send(tick);
      await town.run();
      expect([standing, town.said.length]).toEqual([standing, said]);
    }
    expect(titles(town.said)[1]).toMatch(/^Alarm deleted: /);
  });

  it("[CHAT-9] [CHAT-10] tells of a crash loop when it begins and as often as it has doubled, with a count", async () => {
    const town = createTown();
    const stop = async (number: number, exitCode: number) => {
      const taskArn = `arn:aws:ecs:us-east-1:573946584375:task/prod-mcp-cluster/${number}`;
      const stoppedAt = new Date(town.now).toISOString();
      const ended = { lastStatus: "STOPPED", stopCode: "EssentialContainerExited", stoppedAt };
      const detail = { taskArn, group: "service:prod-mcp-wiki", ...ended, containers: [{ name: "wiki", exitCode }] };
      const body = busEvent("ECS Task State Change", "aws.ecs", detail, [taskArn]);
      town.send({ id: `stop-${number}`, body, sentAt: town.now, receiveCount: 1 });
      await town.pass(2 * minute);
    };
    for (let number = 1; number <= 20; number++) await stop(number, 1);
    await stop(21, 137);
    const plain = "wiki: A task stopped unexpectedly: wiki exited with code 1";
    expect(titles(town.said)).toEqual([
      plain,
      ...["2 times in 2 min", "4 times in 6 min", "8 times in 14 min", "16 times in 30 min"].map(
        (often) => `${plain} (${often})`,
      ),
      "wiki: A task stopped unexpectedly: wiki exited with code 137: it was killed",
    ]);
    await town.pass(2 * hour, minute);
    await stop(22, 1);
    expect(titles(town.said).at(-1)).toBe(plain);
  });

  it("[CHAT-9] ends, if it is a failed deployment, with the service that was removed", async () => {
    const town = createTown();
    const service = "arn:aws:ecs:us-east-1:573946584375:service/prod-mcp-cluster/prod-mcp-wiki";
    const detail = { eventName: "SERVICE_DEPLOYMENT_FAILED", deploymentId: "d1", reason: "circuit breaker" };
    const body = busEvent("ECS Deployment State Change", "aws.ecs", detail, [service]);
    town.send({ id: "d1", body, sentAt: start, receiveCount: 1 });
    await town.run();
    town.standings.set(service, "lasting");
    town.send(tick);
    await town.run();
    expect(town.said).toHaveLength(1);
    town.standings.set(service, "gone");
    town.send(tick);
    await town.run();
    expect(titles(town.said)[1]).toMatch(/^Service removed: wiki: Deployment failed/);
  });

  it("[CHAT-9] ends when somebody closes it, who is named, and nothing else does", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start), alarm("mail", "ALARM", start));
    await town.run();
    const body = JSON.stringify({ source: "mcp-fleet", close: "wiki", by: "alice" });
    town.send({ id: "close", body, sentAt: town.now, receiveCount: 1 });
    await town.pass(minute);
    expect(titles(town.said).slice(2)).toEqual([expect.stringMatching(/^Closed by alice: wiki: Healthy tasks/)]);
  });

  it("[CHAT-9] that is OK because nobody asks any more has not recovered", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start, { metric: "TargetResponseTime" }));
    await town.run();
    const reason =
      "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].";
    const ok = alarm("wiki", "OK", start + minute, { metric: "TargetResponseTime" });
    const body = ok.body.replace(/Threshold Crossed: [^"\\]*/, reason);
    town.send({ ...ok, body });
    await town.pass(minute);
    expect(town.said[1]?.card.title).toMatch(/^No more requests: wiki: /);
  });
});
