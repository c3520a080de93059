import { describe, expect, it } from "vitest";
import { type Findings, noFindings } from "#chat/card/enrichment.ts";
import { plain } from "#chat/card/prose.ts";
import type { QueuedMessage } from "#chat/road.ts";
import { alarm, busEvent, tick } from "../../fixture/arrivals.ts";
import { createTown, hour, minute, type Said, start, titles } from "./town.ts";

const findings: Findings = {
  ...noFindings,
  facts: [{ name: "Targets", value: "0 of 2 healthy" }],
  errorLines: ["ERROR upstream answered 401"],
};
const shown = ({ card }: Said) => ({
  log: card.log,
  facts: card.facts.map(({ name }) => name),
  links: card.links.map(({ label }) => label),
});
const all = {
  log: findings.errorLines,
  facts: ["Description", "Previous state", "Targets"],
  links: ["Alarm", "Log", "Service"],
};

function notice(id: string, title: string, text: string, at: number): QueuedMessage {
  const body = JSON.stringify({
    Type: "Notification",
    Subject: title,
    Message: text,
    Timestamp: new Date(at).toISOString(),
  });
  return { id, body, sentAt: at, receiveCount: 1 };
}

describe("evidence", () => {
  it("[CHAT-7] says once what two alarms have in common, without what the card says elsewhere", async () => {
    const town = createTown();
    const slow = alarm("wiki", "ALARM", start, { metric: "TargetResponseTime" });
    const other = { ...slow, body: slow.body.replaceAll("fewer than 1", "fewer than 2") };
    town.send(alarm("wiki", "ALARM", start), slow, alarm("wiki", "ALARM", start + 1, { metric: "RequestCount" }));
    await town.run();
    const meanings = ({ card }: Said) => card.facts.filter(({ value }) => value.includes("passed the health check"));
    expect(town.said.map((one) => meanings(one).length)).toEqual([1]);
    town.send(
      { ...alarm("mail", "ALARM", start), id: "mail" },
      { ...other, body: other.body.replaceAll("wiki", "mail") },
    );
    await town.pass(minute);
    expect(meanings(town.said[1] ?? raise()).map(({ value }) => value)).toEqual([
      "fewer than 1 of its tasks passed the health check.",
      "fewer than 2 of its tasks passed the health check.",
    ]);
  });

  it("[CHAT-6] is on the first message, on each reminder and at the end, which looks for nothing new", async () => {
    const town = createTown();
    town.lookWith(() => findings);
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    await town.pass(5 * hour, hour);
    town.send(tick);
    await town.run();
    town.lookWith(() => ({ ...findings, errorLines: ["ERROR of another story"] }));
    town.send(alarm("wiki", "OK", town.now));
    await town.run();
    expect(town.said.map(shown)).toEqual([all, all, all]);
    expect(town.said.map(({ card }) => card.footer)).toEqual(
      Array.from({ length: 3 }, () => "prod · us-east-1 · runbook: docs/runbook.md#healthyhosts"),
    );
  });

  it("[CHAT-6] is looked up once for all chats, and not while a mute window is open", async () => {
    const asked: (string | undefined)[] = [];
    const counting = ({ service }: { readonly service: string | undefined }) => {
      asked.push(service);
      return findings;
    };
    const town = createTown({ routes: [{ to: ["slack", "teams"] }] }, ["slack", "teams"]);
    town.lookWith(counting);
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    expect(town.said.map(shown)).toEqual([all, all]);
    const muted = createTown({ mutes: [{ reason: "nightly import", from: "19:30", until: "20:30" }] });
    muted.lookWith(counting);
    muted.send(alarm("wiki", "ALARM", start));
    await muted.run();
    expect(asked).toEqual(["wiki"]);
  });

  it.each([
    ["another stage", "prod-mcp-", "dev-mcp-"],
    ["another account", "573946584375", "111122223333"],
  ])("[CHAT-11] is not that of our service where one of %s is called the same", async (_, ours, theirs) => {
    const town = createTown();
    town.lookWith(({ service }) => (service === undefined ? noFindings : findings));
    const sent = alarm("wiki", "ALARM", start);
    town.send({ ...sent, body: sent.body.replaceAll(ours, theirs) });
    await town.run();
    expect(town.said.map(({ card }) => [card.log, card.links.map(({ label }) => label)])).toEqual([[[], ["Alarm"]]]);
  });

  it("[CHAT-6] is on the first message after a mute window", async () => {
    const town = createTown({ mutes: [{ reason: "nightly import", from: "19:30", until: "20:30" }] });
    town.lookWith(() => findings);
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    await town.pass(31 * minute, minute);
    town.send(tick);
    await town.run();
    expect(town.said.map(shown)).toEqual([all]);
  });

  it("[CHAT-6] of a reminder is that of the first message where nothing is found any more", async () => {
    const town = createTown();
    town.lookWith(() => findings);
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    town.lookWith(() => noFindings);
    await town.pass(5 * hour, hour);
    town.send(tick);
    await town.run();
    expect(town.said.at(-1)?.card.log).toEqual(findings.errorLines);
  });

  it("[CHAT-6] of what went well has no error lines", async () => {
    const town = createTown();
    town.lookWith(() => findings);
    const Message = JSON.stringify({
      source: "mcp-fleet",
      kind: "rotation",
      subject: "splunk",
      phase: "succeeded",
      severity: "info",
      title: "rotated",
      service: "prod-mcp-wiki",
    });
    town.send({ id: "r", body: JSON.stringify({ Type: "Notification", Message }), sentAt: start, receiveCount: 1 });
    town.send(alarm("mail", "ALARM", start), alarm("mail", "OK", start + minute));
    await town.run();
    expect(town.said.map(({ card }) => card.log)).toEqual([[], []]);
  });

  it("[CHAT-6] each notice keeps its own text, however many arrive together", async () => {
    const town = createTown();
    const texts = Array.from({ length: 25 }, (_, index) => `Text ${index}. ${"word ".repeat(300)}The end of ${index}.`);
    town.send(...texts.map((text, index) => notice(`n${index}`, "Notification from AWS Backup", text, start)));
    await town.run();
    expect(town.said).toHaveLength(1);
    const told = JSON.stringify(town.said[0]?.card.facts);
    for (const [index] of texts.entries()) expect(told).toMatch(new RegExp(`Text ${index}\\..*The end of ${index}\\.`));
  });

  it("[CHAT-6] a storm swallows no notice", async () => {
    const town = createTown();
    const services = Array.from({ length: 8 }, (_, index) => alarm(`s${index}`, "ALARM", start));
    town.send(...services, notice("n", "disk", "the disk of the old wiki is full", start));
    await town.run();
    expect(JSON.stringify(town.said.map(({ card }) => card.facts))).toContain("the disk of the old wiki is full");
  });
});

describe("the order of a card", () => {
  const latency = (state: "ALARM" | "OK", at: number, service = "wiki") =>
    alarm(service, state, at, { metric: "TargetResponseTime" });

  it("[CHAT-7] has the worst that is open in its title, and what is new first below it", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    await town.pass(5 * minute);
    town.send(latency("ALARM", town.now));
    await town.run();
    const { card } = town.said.at(-1) ?? {};
    expect(card?.title).toBe("wiki: Healthy tasks: 0, below 1 for 1 min");
    expect(card?.lines.map(({ text }) => plain(text))).toEqual([expect.stringMatching(/^Minimum latency/)]);
    town.send(alarm("wiki", "OK", town.now + minute));
    await town.run();
    expect(town.said.at(-1)?.card.title).toMatch(/latency/i);
  });

  it("[CHAT-7] shows what is new however much else is open", async () => {
    const town = createTown();
    const contributors = Array.from({ length: 40 }, (_, index) => ({
      id: `c${index}`,
      attributes: { Table: `t${index}` },
    }));
    const send = (alarmContributor: object, at: number) => {
      const state = { value: "ALARM", timestamp: new Date(at).toISOString() };
      const detail = {
        alarmName: "tables",
        alarmContributor,
        state,
        configuration: { metrics: [{ id: "m", label: "Throttles" }] },
      };
      const body = busEvent("CloudWatch Alarm Contributor State Change", "aws.cloudwatch", detail, [
        "arn:aws:cloudwatch:us-east-1:1:alarm:tables",
      ]);
      town.send({ id: `${JSON.stringify(alarmContributor)}`, body, sentAt: at, receiveCount: 1 });
    };
    for (const contributor of contributors.slice(1)) send(contributor, start);
    await town.run();
    // It happened before all the others, and arrives after them.
    send({ id: "late", attributes: { Table: "late" } }, start - minute);
    await town.run();
    const lines = town.said
      .at(-1)
      ?.card.lines.slice(0, 3)
      .map(({ text }) => plain(text));
    expect(lines?.join()).toContain("Table=late");
  });

  it("[CHAT-7] says nothing twice", async () => {
    const town = createTown();
    const detail = {
      eventName: "RotationFailed",
      eventTime: new Date(start).toISOString(),
      errorMessage: "The token could not be created at Splunk: HTTP 403 Forbidden.",
      additionalEventData: { SecretId: "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbCdEf" },
    };
    const body = busEvent("AWS Service Event via CloudTrail", "aws.secretsmanager", detail);
    town.send({ id: "r", body, sentAt: start, receiveCount: 1 });
    await town.run();
    const [{ card } = {}] = town.said;
    expect(card?.title).toBe(
      "Secret splunk could not be rotated: The token could not be created at Splunk: HTTP 403 Forbidden.",
    );
    const rest = JSON.stringify([card?.lines, card?.facts, card?.status]);
    for (const part of ["could not be rotated", "HTTP 403", "splunk"]) expect(rest).not.toContain(part);
  });

  it("[CHAT-7] says of nothing that it lasted 0 s", async () => {
    const town = createTown();
    town.send(alarm("wiki", "ALARM", start), alarm("wiki", "OK", start + 400));
    await town.run();
    expect(town.said.map(({ card }) => plain(card.status))).toEqual(["Recovered at 20:00 UTC"]);
    expect(JSON.stringify(town.said)).not.toContain(" 0 s");
  });

  it("[CHAT-7] of a storm names the services that are down first, also when it is rewritten", async () => {
    const town = createTown();
    const slow = Array.from({ length: 9 }, (_, index) => latency("ALARM", start, `a${index}`));
    town.send(...slow, alarm("zebra", "ALARM", start));
    await town.run();
    const more = Array.from({ length: 6 }, (_, index) => latency("ALARM", start + minute, `b${index}`));
    await town.pass(minute);
    town.send(...more, alarm("yak", "ALARM", start + minute));
    await town.run();
    expect(titles(town.said)).toEqual([
      "Storm: 10 services in alarm, 1 down: zebra",
      "Storm: 17 services in alarm, 2 down: yak, zebra",
    ]);
    const [first, second] = town.said[1]?.card.lines ?? [];
    expect([plain(first?.text ?? []), plain(second?.text ?? [])]).toEqual([
      expect.stringMatching(/^yak: Healthy tasks/),
      expect.stringMatching(/^zebra: Healthy tasks/),
    ]);
  });
});

describe("an alarm that people made", () => {
  it("[CHAT-11] belongs to the service that its tag names, at its beginning and its end", async () => {
    const town = createTown();
    const arn = "arn:aws:cloudwatch:us-east-1:573946584375:alarm:queue depth";
    town.owners.set(arn, "wiki");
    const change = (value: string, at: number): QueuedMessage => {
      const detail = {
        alarmName: "queue depth",
        state: { value, timestamp: new Date(at).toISOString() },
        configuration: {},
      };
      const body = busEvent("CloudWatch Alarm State Change", "aws.cloudwatch", detail, [arn]);
      return { id: `${value}-${at}`, body, sentAt: at, receiveCount: 1 };
    };
    town.send(change("ALARM", start));
    await town.run();
    town.send(change("OK", start + minute));
    await town.run();
    expect(titles(town.said)).toEqual(["wiki: queue depth", "Recovered: wiki: queue depth"]);
  });
});

describe("a mention", () => {
  const critical = ["U0ONCALL1", "person@example.com"];
  it("[CHAT-12] calls those of the route and severity, whom the chat knows, at a beginning and a reminder, not at an end", async () => {
    const town = createTown({ routes: [{ to: ["slack"], mention: { critical } }] });
    town.send(alarm("wiki", "ALARM", start));
    await town.run();
    await town.pass(5 * hour, hour);
    town.send(tick);
    await town.run();
    town.send(alarm("wiki", "OK", town.now), alarm("mail", "ALARM", town.now, { metric: "TargetResponseTime" }));
    await town.run();
    const called = town.said.map(({ card }) => [card.title.split(":")[0], card.mention]);
    expect(called).toEqual([
      ["wiki", ["person@example.com"]],
      ["Reminder", ["person@example.com"]],
      ["Recovered", []],
      ["mail", []],
    ]);
  });
});

function raise(): never {
  throw new Error("Nothing was said.");
}
