import { describe, expect, it } from "vitest";
import { nudge } from "#chat/parse/nudge.ts";
import type { Acknowledgement } from "#chat/record/acknowledgement-table.ts";
import { alarm, tick } from "../../fixture/arrivals.ts";
import { createTown, hour, minute, start, titles } from "./town.ts";

const look = { id: "look", body: JSON.stringify(nudge), sentAt: start, receiveCount: 1 };

function openTown(settings: Parameters<typeof createTown>[0] = {}, destinations = ["slack"]) {
  const given = new Map<string, Acknowledgement>();
  const town = createTown({ buttons: true, ...settings }, destinations, [], given);
  const take = async (by: string, more: Partial<Acknowledgement> = {}) => {
    given.set("wiki", { group: "wiki", by, at: town.now, seenAt: town.now, ...more });
    town.send(look);
    await town.pass(minute);
  };
  return { town, take };
}

describe("somebody who has it", () => {
  it("[CHAT-14] is named in every chat at once, by an edit and an answer that call nobody", async () => {
    const { town, take } = openTown({ routes: [{ to: ["slack", "feed"], mention: { critical: ["here"] } }] }, [
      "slack",
      "feed",
    ]);
    town.send(alarm("wiki", "ALARM", start));
    await town.pass(minute);
    await take("Ada");
    expect(
      town.said
        .slice(2)
        .map(({ destination }) => destination)
        .sort(),
    ).toEqual(["feed", "slack"]);
    for (const { card, conversation } of town.said.slice(2)) {
      expect(card).toMatchObject({
        title: expect.stringMatching(/^Ada has it: wiki: Healthy tasks/),
        tone: "critical",
        mention: [],
        taken: { by: "Ada" },
      });
      expect(JSON.stringify(card.status)).toContain(" · Ada has it since ");
      expect(conversation).toMatchObject({ manner: "rewrite", broadcast: false });
    }
  });

  it("[CHAT-14] is told once, however often they press, until somebody else takes it", async () => {
    const { town, take } = openTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.pass(minute);
    for (const by of ["Ada", "Ada", "Bob"]) await take(by);
    town.send(tick, look, look);
    await town.pass(minute);
    expect(titles(town.said).slice(1)).toEqual([
      expect.stringMatching(/^Ada has it: /),
      expect.stringMatching(/^Bob has it: /),
    ]);
  });

  it("[CHAT-14] is told by a chat that was down meanwhile", async () => {
    const { town, take } = openTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.pass(minute);
    town.answerWith(() => ({ kind: "retry", reason: "down" }));
    await take("Ada");
    expect(town.said).toHaveLength(1);
    town.answerWith(() => ({ kind: "accepted", reference: "again" }));
    town.send(tick);
    await town.pass(minute);
    expect(titles(town.said)[1]).toMatch(/^Ada has it: /);
  });

  it("[CHAT-14] has what they saw, and not what began later", async () => {
    const { town, take } = openTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.pass(minute);
    town.send(alarm("wiki", "OK", town.now));
    await town.pass(hour, minute);
    town.send(alarm("wiki", "ALARM", town.now));
    await town.pass(minute);
    const before = town.said.length;
    await take("Ada", { seenAt: start + minute });
    expect(town.said).toHaveLength(before);
  });

  it("[CHAT-14] is named by reminders, which call nobody else, and not by the next alarm", async () => {
    const { town, take } = openTown({
      repeatAfterHours: 0.5,
      routes: [{ to: ["slack"], mention: { critical: ["here"] } }],
    });
    town.send(alarm("wiki", "ALARM", start));
    await town.pass(minute);
    await take("Ada");
    await town.pass(40 * minute, minute);
    town.send(tick);
    await town.run();
    const reminder = town.said.at(-1)?.card;
    expect(reminder).toMatchObject({ title: expect.stringMatching(/^Reminder: /), mention: [] });
    expect(JSON.stringify(reminder?.status)).toContain("Ada has it since");
    town.send(alarm("wiki", "ALARM", town.now, { metric: "TargetResponseTime" }));
    await town.run();
    expect(JSON.stringify(town.said.at(-1)?.card.status)).not.toContain("Ada has it");
  });

  it("[CHAT-14] keeps it from the chats for an hour if they want, and everybody sees until when", async () => {
    const { town, take } = openTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.pass(minute);
    await take("Ada", { silentUntil: town.now + hour });
    await take("Ada", { silentUntil: town.now + hour });
    expect(titles(town.said).slice(1)).toEqual([expect.stringMatching(/^Ada has it: /)]);
    expect(JSON.stringify(town.said[1]?.card.status)).toContain(", silent until ");
  });

  it("[CHAT-14] is asked for by buttons while something lasts, where the stage has a door", async () => {
    const { town } = openTown();
    town.send(alarm("wiki", "ALARM", start));
    await town.pass(minute);
    town.send(alarm("wiki", "OK", town.now));
    await town.pass(minute);
    expect(town.said.map(({ card }) => card.handle)).toEqual([
      { group: "wiki", mutable: true, seenAt: expect.any(Number) },
      undefined,
    ]);
    const { town: without } = openTown({ buttons: undefined, consoleUrl: "http://127.0.0.1:8091" });
    without.send(alarm("wiki", "ALARM", start));
    await without.pass(minute);
    expect(without.said[0]?.card.handle).toBeUndefined();
    expect(without.said[0]?.card.links).toContainEqual({
      label: "Console",
      url: "http://127.0.0.1:8091/?about=wiki#alarms",
    });
  });
});
