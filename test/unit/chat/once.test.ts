import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Delivery } from "#chat/receivers/delivery.ts";
import type { GroupRecord } from "#chat/record/record.ts";
import type { IncidentStore } from "#chat/record/store.ts";
import { storedRecord } from "#chat/record/stored-record.ts";
import type { QueuedMessage } from "#chat/road.ts";
import { alarm, tick } from "../../fixture/arrivals.ts";
import { randomOf } from "../../fixture/random.ts";
import { createTown, hour, minute, type Said, start, titles } from "./town.ts";

/** What a chat does with a message, and what it says of it. */
const chatFaults = {
  up: { posts: true, says: undefined },
  unreachable: { posts: false, says: { kind: "retry", reason: "ECONNREFUSED" } },
  throttling: { posts: false, says: { kind: "retry", reason: "HTTP 429", afterMs: 20_000 } },
  silent: { posts: false, says: { kind: "unknown", reason: "timeout" } },
  failing: { posts: false, says: { kind: "unknown", reason: "HTTP 500" } },
  slow: { posts: true, says: { kind: "unknown", reason: "timeout" } },
  resetting: { posts: true, says: { kind: "unknown", reason: "ECONNRESET" } },
} as const satisfies Readonly<Record<string, { readonly posts: boolean; readonly says: Delivery | undefined }>>;
type Mode = keyof typeof chatFaults;
const modes = Object.keys(chatFaults).filter((name): name is Mode => name in chatFaults);

/** A town whose chat, table and function fail as a test says; what people see is in `seen`, each repetition as well. */
function createFrailTown(destination: "slack" | "google-chat") {
  const town = createTown({ repeatAfterHours: 1_000 }, [destination]);
  const seen: Said[] = [];
  const shown = new Set<string>();
  const state = {
    seen,
    mode: "up" as Mode,
    /** Called before and after the effect of each call to the table, and of each send; throws to fail there. */
    disturb: (_point: { readonly call: string; readonly effect: "before" | "after"; readonly id: string }) => {},
    /** Messages of which a send was lost without a trace. */
    lost: new Set<string>(),
    town,
  };
  const { store } = town;
  const disturbed =
    <Args extends readonly unknown[], Result>(call: string, work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const id = args.map((arg) => (isRecord(arg) ? (arg.intent?.id ?? "") : "")).join("");
      state.disturb({ call, effect: "before", id });
      const result = await work(...args);
      state.disturb({ call, effect: "after", id });
      return result;
    };
  town.store = {
    load: disturbed("load", store.load),
    save: disturbed("save", store.save),
    listOpen: disturbed("listOpen", store.listOpen),
    mutes: disturbed("mutes", store.mutes),
    acknowledgements: disturbed("acknowledgements", store.acknowledgements),
    claim: disturbed("claim", store.claim),
    release: disturbed("release", store.release),
  } satisfies IncidentStore;
  town.answerWith((one) => {
    const { id } = one.conversation;
    state.disturb({ call: "send", effect: "before", id });
    const { posts, says } = chatFaults[state.mode];
    if (posts && !(destination === "google-chat" && shown.has(id))) seen.push(one);
    if (posts) shown.add(id);
    else if (says?.kind === "unknown") state.lost.add(id);
    state.disturb({ call: "send", effect: "after", id });
    return says ?? { kind: "accepted", reference: "r" };
  });
  town.answeringWith(() => answers(state.mode));
  return state;
}

function answers(mode: Mode): boolean {
  return mode === "up" || mode === "slow" || mode === "resetting";
}

function isRecord(value: unknown): value is GroupRecord {
  return typeof value === "object" && value !== null && "entries" in value;
}

function notice(number: number, at: number): QueuedMessage {
  const body = JSON.stringify({ Type: "Notification", Subject: `Notice ${number}!`, Message: `Text of ${number}.` });
  return { id: `notice-${number}`, body, sentAt: at, receiveCount: 1 };
}

describe("a message of ours", () => {
  const services = ["a", "b", "c"];

  /** Two hours in which anything fails, as a seed says; then all works again. */
  async function liveThrough(destination: "slack" | "google-chat", seed: number) {
    const random = randomOf(seed);
    const frail = createFrailTown(destination);
    const { town, lost } = frail;
    let broken = true;
    let dead = false;
    frail.disturb = ({ call, effect, id }) => {
      if (dead) throw new Error("killed");
      if (!broken || random() > 0.06) return;
      // A send that nobody saw and of which nothing is known cannot be told from one that was seen: with two of them a
      // message is lost, so there is one of each at most, here or in a chat that is silent.
      const unseen = effect === "before" || !chatFaults[frail.mode].posts;
      const traceless = (call === "save" && effect === "after") || (call === "send" && unseen);
      if (destination === "slack" && call === "save" && !answers(frail.mode)) return;
      if (destination === "slack" && traceless && id !== "") {
        if (lost.has(id)) return;
        lost.add(id);
      }
      dead = call === "send" || random() < 0.3;
      throw new Error("killed");
    };
    let sent = 0;
    const send = (...messages: readonly QueuedMessage[]) =>
      // The topic and the queue deliver at least once.
      town.send(...messages.flatMap((one) => (random() < 0.3 ? [one, { ...one, id: `${one.id}-again` }] : [one])));
    for (let step = 0; step < 480; step++) {
      dead = false;
      if (random() < 0.05) frail.mode = modes[Math.floor(random() * modes.length)] ?? "up";
      if (step % 20 === 0) send(notice(sent++, town.now));
      if (step % 20 === 5) send(tick);
      const service = services[step / 100];
      if (service !== undefined) send(alarm(service, "ALARM", town.now));
      const ended = services[(step - 130) / 100];
      if (ended !== undefined) send(alarm(ended, "OK", town.now));
      await town.pass(15_000);
    }
    broken = false;
    dead = false;
    frail.mode = "up";
    await town.pass(2 * hour, minute);
    return { ...frail, sent };
  }

  function counts(seen: readonly Said[], sent: number) {
    const cards = seen.map(({ card }) => ({ tone: card.tone, text: JSON.stringify(card) }));
    const notices = Array.from(
      { length: sent },
      (_, number) => cards.filter(({ text }) => text.includes(`Notice ${number}!`)).length,
    );
    const of = (service: string) => cards.filter(({ text }) => text.includes(`"title":"${service}: `));
    const over = (service: string) => cards.filter(({ text }) => text.includes(`"title":"Recovered: ${service}: `));
    return {
      notices,
      begins: services.map((service) => of(service).length),
      ends: services.map((service) => over(service).length),
    };
  }

  it("[CHAT-13] is seen once or twice, whatever fails, and its chat recovers; nothing is left over", {
    timeout: 60_000,
  }, async () => {
    const seed = fc.integer({ min: 0, max: 2 ** 31 });
    await fc.assert(
      fc.asyncProperty(seed, async (one) => {
        const { town, seen, sent } = await liveThrough("slack", one);
        const { notices, begins, ends } = counts(seen, sent);
        expect(Math.min(...notices, ...ends)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...notices, ...begins, ...ends)).toBeLessThanOrEqual(2);
        expect([town.waiting, town.dead]).toEqual([0, []]);
      }),
      { numRuns: 25 },
    );
  });

  it("[CHAT-13] is seen once in a chat that merges what is sent twice", { timeout: 60_000 }, async () => {
    const seed = fc.integer({ min: 0, max: 2 ** 31 });
    await fc.assert(
      fc.asyncProperty(seed, async (one) => {
        const { town, seen, sent } = await liveThrough("google-chat", one);
        const { notices, begins, ends } = counts(seen, sent);
        expect(new Set([...notices, ...ends])).toEqual(new Set([1]));
        // What began and ended while the chat was away is one message, about what is over.
        expect(Math.max(...begins)).toBeLessThanOrEqual(1);
        expect([town.waiting, town.dead]).toEqual([0, []]);
      }),
      { numRuns: 25 },
    );
  });

  it.each(["before", "after"] as const)("[CHAT-13] is posted twice at most if six records fail: %s", async (effect) => {
    const frail = createFrailTown("slack");
    let failures = 6;
    frail.disturb = (point) => {
      if (point.call !== "save" || point.effect !== effect || frail.seen.length === 0 || failures === 0) return;
      failures -= 1;
      throw new Error("the table fails");
    };
    frail.town.send(alarm("wiki", "ALARM", start));
    await frail.town.pass(hour);
    expect(frail.seen.length).toBe(effect === "before" ? 2 : 1);
    expect([frail.town.waiting, failures > 0]).toEqual([0, effect === "after"]);
  });

  it("[CHAT-13] is posted twice by a chat that is always too slow to say so, and is then reminded of", async () => {
    const frail = createFrailTown("slack");
    frail.mode = "slow";
    frail.town.send(alarm("wiki", "ALARM", start), alarm("mail", "ALARM", start));
    await frail.town.pass(20 * minute);
    expect(
      titles(frail.seen)
        .map((title) => title.slice(0, 4))
        .sort(),
    ).toEqual(["mail", "mail", "wiki", "wiki"]);
    expect(frail.town.waiting).toBe(0);
    frail.mode = "up";
    await frail.town.pass(20 * minute);
    frail.town.send(tick);
    await frail.town.run();
    expect(titles(frail.seen.slice(4))).toEqual([
      expect.stringMatching(/^Reminder: (?:wiki|mail)/),
      expect.stringMatching(/^Reminder: (?:wiki|mail)/),
    ]);
  });

  it("[CHAT-13] that tells of a storm is repeated once at most, and each of its alarms is counted once", async () => {
    for (const [call, effect, skip] of [
      ["save", "before", 3],
      ["save", "after", 9],
      ["save", "before", 10],
      ["save", "after", 12],
      ["send", "before", 0],
      ["send", "after", 0],
    ] as const) {
      const frail = createFrailTown("slack");
      let passing: number = skip;
      let dead = false;
      frail.disturb = (point) => {
        if (!dead && (point.call !== call || point.effect !== effect || passing-- !== 0)) return;
        dead = true;
        throw new Error("killed");
      };
      frail.town.send(...Array.from({ length: 10 }, (_, at) => alarm(`s${at}`, "ALARM", start)));
      await frail.town.run();
      dead = false;
      await frail.town.pass(20 * minute);
      const what = `${call} ${effect} ${skip}`;
      expect([what, new Set(titles(frail.seen)).size, frail.seen.length <= 2]).toEqual([what, 1, true]);
      expect(titles(frail.seen)[0]).toMatch(/^Storm: 10 services in alarm, 10 down/);
      expect([what, frail.town.waiting]).toEqual([what, 0]);
      frail.town.send(alarm("s3", "OK", frail.town.now));
      await frail.town.run();
      expect(titles(frail.seen).at(-1)).toMatch(/^Recovered: s3: /);
    }
  });
});

describe("an alarm with 500 contributors", () => {
  const contributor = (number: number, state: "ALARM" | "OK", at: number): QueuedMessage => {
    const one = alarm("wiki", state, at);
    const { Message, ...notification } = JSON.parse(one.body);
    const message = {
      ...JSON.parse(Message),
      AlarmContributorId: `${number.toString(16).padStart(4, "0")}8d1f0a7c3b5e4c2f9e6d`,
      AlarmContributorAttributes: { InstanceId: `i-${number}` },
    };
    return {
      ...one,
      id: `${state}-${number}`,
      body: JSON.stringify({ ...notification, Message: JSON.stringify(message) }),
    };
  };

  it("[CHAT-13] is one message that says how many, of a record that stays small, and one when all is over", async () => {
    const town = createTown();
    const all = (state: "ALARM" | "OK") =>
      Array.from({ length: 500 }, (_, number) => contributor(number, state, town.now));
    town.send(...all("ALARM"));
    await town.pass(minute);
    town.send(
      ...all("ALARM").map((one) => ({ ...one, body: one.body.replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, "20:00:00.000") })),
    );
    await town.pass(minute);
    expect(town.said).toHaveLength(1);
    const [{ card } = { card: undefined }] = town.said;
    expect([card?.lines.length, card?.unlisted]).toEqual([50, 449]);
    const sizes = [...town.records.values()].map((record) => {
      const { S = "", B = new Uint8Array() } = storedRecord(record);
      return S.length + B.length;
    });
    expect(Math.max(...sizes)).toBeLessThan(32_000);
    for (let number = 0; number < 499; number++) town.send(contributor(number, "OK", town.now));
    await town.pass(minute);
    town.send(contributor(499, "OK", town.now));
    await town.pass(minute);
    expect(town.said.map(({ card: { tone } }) => tone)).toEqual(["critical", "critical", "good"]);
    expect([town.waiting, town.dead]).toEqual([0, []]);
  });
});
