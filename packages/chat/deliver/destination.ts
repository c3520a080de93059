import { chatRunSeconds } from "#fleet/timing.ts";
import { type Card, cardOf } from "../card/card.ts";
import { digestCard, tallyOf } from "../card/digest.ts";
import { type Findings, noFindings } from "../card/enrichment.ts";
import { roadTestCard } from "../card/road-test.ts";
import { type Decision, decide } from "../decide/decide.ts";
import { mentionsOf } from "../decide/mention.ts";
import type { Message } from "../decide/message.ts";
import { openMute } from "../decide/mute.ts";
import { groupOf, matches, noticeGroup } from "../decide/route.ts";
import type { Incident } from "../incident/incident.ts";
import { roadTestGroup } from "../incident/road-test.ts";
import type { Delivery } from "../receivers/delivery.ts";
import type { Conversation } from "../receivers/receiver.ts";
import { emptyRecord, type GroupRecord, isOpen } from "../record/record.ts";
import type { ChatSettings } from "../settings.ts";
import { Circumstances, type Occasion } from "./circumstances.ts";
import { conversationOf, withFirst } from "./conversation.ts";
import type { RoadPorts, Speak } from "./ports.ts";

export interface Posting {
  readonly destination: string;
  readonly speak: Speak;
  readonly settings: ChatSettings;
  readonly ports: RoadPorts;
  readonly deadline: number;
  readonly occasion: Occasion;
}

/** More groups than this at once become one digest: nobody reads a hundred messages. */
const digestOver = 5;
/** How long a storm keeps updating the same digest before a new one begins. */
const stormMs = 5 * 60_000;
const stormGroup = "(storm)";
/** Slack and Google Chat take a message a second. */
const paceMs = 1_000;
/** Longer than the function can run: once its holder is dead, the claim expires. */
const claimMs = (chatRunSeconds + 30) * 1000;
const claimWaitMs = 3_000;
const savesAtOnce = 25;

/** Changes that were not posted, and how long to wait before the next attempt. */
type Left = ReadonlyMap<string, number>;
type Step = readonly [group: string, decision: Decision & { readonly message: Message }];

/** Posts to one destination everything meant for it. Never throws: after a failure its changes remain to be posted. */
export async function post(posting: Posting, incidents: readonly Incident[]): Promise<Left> {
  const { destination, ports } = posting;
  const byGroup = Map.groupBy(incidents, groupOf);
  const changes = new Map([...byGroup].map(([group, members]) => [group, members.map(({ change }) => change)]));
  try {
    if (!(await claim(posting))) return leave(changes.values(), 2 * paceMs);
    const turn = new Turn(posting, changes);
    try {
      return await turn.take(byGroup);
    } finally {
      await ports.store.release(destination, turn.postedAt + paceMs);
    }
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
    ports.log({ level: "error", message: "Could not post to a destination", destination, reason });
    return leave(changes.values(), 0);
  }
}

/** Only one run posts to a destination at a time: nothing is posted twice, and at most one message a second. */
async function claim({ destination, ports: { store, clock } }: Posting): Promise<boolean> {
  const giveUpAt = clock.now() + claimWaitMs;
  for (;;) {
    const now = clock.now();
    if (await store.claim(destination, now, now + claimMs)) return true;
    if (now >= giveUpAt) return false;
    await clock.sleep(250);
  }
}

class Turn {
  readonly #posting: Posting;
  readonly #changes: ReadonlyMap<string, readonly string[]>;
  readonly #left = new Map<string, number>();
  /** When it last posted, in milliseconds since the epoch. */
  postedAt = 0;

  constructor(posting: Posting, changes: ReadonlyMap<string, readonly string[]>) {
    this.#posting = posting;
    this.#changes = changes;
  }

  async take(byGroup: ReadonlyMap<string, readonly Incident[]>): Promise<Left> {
    const { store } = this.#posting.ports;
    const { occasion } = this.#posting;
    const open =
      occasion.tick || occasion.closings.length > 0
        ? await store.listOpen(this.#posting.destination)
        : new Map<string, GroupRecord>();
    const known = new Map([...open, ...(await store.load(this.#posting.destination, [...byGroup.keys()]))]);
    const incidents = [...byGroup.values()].flat();
    const around = await Circumstances.of(occasion, incidents, [...known.values()], this.#posting.ports);
    const decisions = [...new Set([...known.keys(), ...byGroup.keys()])].map((group) => {
      const record = known.get(group) ?? emptyRecord;
      return [group, this.#decide(record, byGroup.get(group) ?? [], group, around)] as const;
    });
    const steps = decisions.flatMap(([group, { message, ...rest }]): Step[] =>
      message === undefined ? [] : [[group, { ...rest, message }]],
    );
    const silent = decisions.filter(([, { message, changed }]) => message === undefined && changed);
    await inTurns(silent, savesAtOnce, ([group, { next }]) => this.#save(group, next));
    // A road test is not part of a storm, and a storm does not hide it.
    // Neither are notices: each keeps its own text, for which a digest has no room.
    const [apart, others] = [steps.filter(isApart), steps.filter((step) => !isApart(step))];
    if (others.length > digestOver) await this.#postDigest(new Map(others));
    else await this.#postEach(others);
    await this.#postEach(apart);
    return this.#left;
  }

  #decide(record: GroupRecord, incidents: readonly Incident[], group: string, around: Circumstances): Decision {
    const { settings, ports, destination } = this.#posting;
    const now = ports.clock.now();
    const service = incidents.find((incident) => incident.service !== undefined)?.service ?? group;
    return decide(record, incidents, {
      now,
      repeatAfterMs: settings.repeatAfterHours * 60 * 60_000,
      isMuted: ({ subject, severity }) =>
        group !== roadTestGroup &&
        (openMute(settings.mutes, { service, severity }, now) !== undefined || around.isMuted(service, subject)),
      acknowledgement: around.acknowledgementOf(group),
      endingOf: (subject) => around.endingOf(group, subject),
      isRouted: (severity) =>
        settings.routes.some((route) => route.to.includes(destination) && matches(route, service, severity)),
    });
  }

  async #postEach(steps: readonly Step[]): Promise<void> {
    const { ports } = this.#posting;
    const findings = steps.map(([, { message }]) => this.#look(message));
    for (const [index, [group, decision]] of steps.entries()) {
      const { message, next } = decision;
      const found = (await findings[index]) ?? noFindings;
      const now = ports.clock.now();
      const card = this.#card(message, group, found, now);
      const delivery = await this.#speak(card, conversationOf(message, group));
      if (delivery.kind === "accepted") {
        await this.#save(group, withFirst(next, message, delivery.reference, card));
        continue;
      }
      this.#leave([group], delivery);
      // A chat that is down or throttling would reject the rest as well.
      if (delivery.kind === "retry")
        return this.#leave(
          steps.slice(index + 1).map(([name]) => name),
          delivery,
        );
    }
  }

  #card(message: Message, group: string, found: Findings, now: number): Card {
    const { settings, destination } = this.#posting;
    if (group === roadTestGroup) return roadTestCard(message, settings, now);
    const title = group === noticeGroup ? "" : group;
    return { ...cardOf(message, title, found, settings, now), mention: mentionsOf(message, destination, settings) };
  }

  /** What went well, or is over, has no errors to look for: what the log holds now belongs to something else. */
  #look({ lead, entries, purpose }: Message): Promise<Findings> {
    const wrong = entries.some((entry) => isOpen(entry) || (entry.phase === "notice" && entry.severity !== "info"));
    if (lead === undefined || lead.story.kind === "road-test" || !wrong) return Promise.resolve(noFindings);
    if (lead.severity === "info" || purpose === "recover" || purpose === "acknowledge")
      return Promise.resolve(noFindings);
    return this.#posting.ports.look({ service: lead.service, incident: lead });
  }

  async #postDigest(steps: ReadonlyMap<string, Step[1]>): Promise<void> {
    const { ports, settings, destination } = this.#posting;
    const now = ports.clock.now();
    const storm = (await ports.store.load(destination, [stormGroup])).get(stormGroup) ?? emptyRecord;
    const lasting = now - storm.lastSentAt < stormMs ? storm : undefined;
    const messages = new Map([...steps].map(([group, { message }]) => [group, message]));
    const tally = tallyOf(messages, now, lasting?.tally);
    const mention = [
      ...new Set([...messages.values()].flatMap((message) => mentionsOf(message, destination, settings))),
    ];
    const delivery = await this.#speak(
      { ...digestCard(messages, tally, settings, now), mention },
      {
        manner: lasting === undefined ? "begin" : "refresh",
        broadcast: true,
        reference: lasting?.thread?.reference,
        key: `storm-${tally.since}`,
      },
    );
    if (delivery.kind !== "accepted") return this.#leave([...steps.keys()], delivery);
    const thread = { reference: delivery.reference, openedAt: tally.since, shared: true };
    await inTurns([...steps], savesAtOnce, ([group, { next, message }]) =>
      this.#save(group, message.purpose === "open" && next.thread !== undefined ? { ...next, thread } : next),
    );
    await this.#save(stormGroup, { version: storm.version, thread, entries: {}, lastSentAt: now, tally });
  }

  async #speak(card: Card, conversation: Conversation): Promise<Delivery> {
    const { destination, speak, ports, deadline } = this.#posting;
    const { clock, log } = ports;
    const wait = this.postedAt + paceMs - clock.now();
    if (wait > 0) await clock.sleep(wait);
    if (clock.now() >= deadline) return { kind: "retry", reason: "out of time", afterMs: paceMs };
    const delivery = await speak(card, conversation);
    this.postedAt = clock.now();
    if (delivery.kind === "accepted") log({ level: "info", message: "Posted", destination, title: card.title });
    else {
      const level = delivery.kind === "refused" ? "error" : "warn";
      log({ level, message: `Not posted: ${delivery.kind}`, destination, reason: delivery.reason });
    }
    return delivery;
  }

  async #save(group: string, record: GroupRecord): Promise<void> {
    const { ports, destination } = this.#posting;
    const outcome = await ports.store.save(destination, group, record);
    if (outcome === "saved") return;
    ports.log({ level: "error", message: "Another run updated this group first", destination, group });
    this.#leave([group], { kind: "retry", reason: "stale" });
  }

  #leave(groups: readonly string[], delivery: Delivery): void {
    const afterMs = delivery.kind === "retry" ? (delivery.afterMs ?? 0) : 0;
    const changes = groups.map((group) => this.#changes.get(group) ?? []);
    for (const [change, ms] of leave(changes, afterMs)) this.#left.set(change, ms);
  }
}

function isApart([group]: Step): boolean {
  return group === roadTestGroup || group === noticeGroup;
}

function leave(changes: Iterable<readonly string[]>, afterMs: number): Left {
  return new Map([...changes].flat().map((change) => [change, afterMs]));
}

async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) {
    await Promise.all(items.slice(from, from + atOnce).map(work));
  }
}
