import { randomUUID } from "node:crypto";
import { type Card, cardOf } from "../card/card.ts";
import { type Findings, noFindings } from "../card/enrichment.ts";
import { roadTestCard } from "../card/road-test.ts";
import { type Decision, decide } from "../decide/decide.ts";
import { mentionsOf } from "../decide/mention.ts";
import type { Message } from "../decide/message.ts";
import { openMute } from "../decide/mute.ts";
import { matches, noticeGroup } from "../decide/route.ts";
import type { Incident } from "../incident/incident.ts";
import { roadTestGroup } from "../incident/road-test.ts";
import { type Content, emptyRecord, type GroupRecord, isOpen } from "../record/record.ts";
import type { ChatSettings } from "../settings.ts";
import { Circumstances, type Occasion, type Surroundings } from "./circumstances.ts";
import { conversationOf, withEvidence } from "./conversation.ts";
import { writeOutgoing } from "./outgoing.ts";
import type { RoadPorts } from "./ports.ts";
import type { Speaker } from "./speaker.ts";
import { type Outcome, Speech } from "./speech.ts";
import { digestOf, digestOver, endOf, stormGroup } from "./storm.ts";

export interface Posting {
  readonly destination: string;
  readonly speaker: Speaker;
  readonly settings: ChatSettings;
  readonly ports: RoadPorts;
  readonly deadline: number;
  readonly occasion: Occasion;
  /** Read once for all destinations, when the first of them has something to say. */
  surroundings(): Promise<Surroundings>;
}

const savesAtOnce = 25;

/** Changes that were not posted, and how long to wait before the next attempt. */
export type Left = ReadonlyMap<string, number>;
type Known = ReadonlyMap<string, GroupRecord>;
type Records = Map<string, GroupRecord>;
/** What is to be said of a group, and what is recorded then. */
interface Step {
  readonly group: string;
  readonly record: GroupRecord;
  readonly message: Message;
  readonly next: Content;
}

/** What one run says to one destination, while it alone may. */
export class Turn {
  readonly #posting: Posting;
  readonly #changes: ReadonlyMap<string, readonly string[]>;
  readonly #left = new Map<string, number>();
  readonly #speech: Speech;

  constructor(posting: Posting, changes: ReadonlyMap<string, readonly string[]>) {
    this.#posting = posting;
    this.#changes = changes;
    this.#speech = new Speech({ ...posting, repeatAfterMs: repeatAfterMs(posting.settings) });
  }

  get postedAt(): number {
    return this.#speech.postedAt;
  }

  async take(byGroup: ReadonlyMap<string, readonly Incident[]>, loaded: Known): Promise<Left> {
    const { ports, occasion, destination, surroundings } = this.#posting;
    const open: Known =
      occasion.tick || occasion.closings.length > 0 ? await ports.store.listOpen(destination) : new Map();
    const known = new Map([...open, ...loaded]);
    if (!(await this.#settle(known))) {
      this.#leave(this.#changes.keys(), 0);
      return this.#left;
    }
    const storm = known.get(stormGroup) ?? emptyRecord;
    known.delete(stormGroup);
    const around = await Circumstances.of(occasion, await surroundings(), [...known.values()], ports);
    const decisions = [...new Set([...known.keys(), ...byGroup.keys()])].flatMap((group) => {
      const record = known.get(group) ?? emptyRecord;
      // It could not be settled: its turn comes when it is.
      if (record.intent !== undefined) return [];
      return { group, record, ...this.#decide(record, byGroup.get(group) ?? [], group, around) };
    });
    const silent = decisions.filter(({ message, changed }) => message === undefined && changed);
    await inTurns(silent, savesAtOnce, async ({ group, record, next }) => {
      const saved = await this.#speech.save(group, { ...next, version: record.version });
      if (saved === undefined) this.#leave([group], 0);
    });
    const steps = decisions.flatMap(({ message, ...rest }): Step[] =>
      message === undefined ? [] : [{ ...rest, message }],
    );
    // A road test is not part of a storm, and a storm does not hide it.
    // Neither are notices: each keeps its own text, for which a digest has no room.
    // Nor is the end of an alert: what pages people would stay open.
    const isEnd = ({ message }: Step) =>
      this.#posting.speaker.alerts === true && message.purpose === "recover" && message.thread?.shared === false;
    const { apart = [], others = [] } = Object.groupBy(steps, (step) =>
      isApart(step) || isEnd(step) ? "apart" : "others",
    );
    if (others.length > digestOver) await this.#sayDigest(others, storm);
    else await this.#sayEach(others);
    await this.#sayEach(apart);
    // Whatever began in a storm keeps its thread while it lasts.
    const lasts = (record: Content) => record.thread?.shared === true;
    const unsettled = [...known.values()].some(({ intent }) => intent !== undefined);
    if (!occasion.tick || unsettled || decisions.some(({ next }) => lasts(next))) return this.#left;
    const end = endOf(randomUUID(), storm, this.#posting.settings, ports.clock.now());
    if (end !== undefined) await this.#speech.send(stormGroup, storm, end);
    return this.#left;
  }

  /**
   * What was begun by an earlier run comes first: before anything is decided anew, it is known what was said.
   *
   * @returns whether the chat can be spoken to
   */
  async #settle(known: Records): Promise<boolean> {
    const begun = [...known].flatMap(([group, record]) =>
      record.intent?.message === undefined ? [] : [{ group, record, intent: record.intent }],
    );
    for (const { group, record, intent } of begun.toSorted((one, other) => one.intent.tries - other.intent.tries)) {
      const outcome = await this.#speech.send(group, record, intent);
      if (outcome.kind === "said") known.set(group, outcome.record);
      else {
        this.#leave([group], outcome.afterMs);
        if (outcome.down) return false;
      }
    }
    const storm = known.get(stormGroup);
    const ofDigests = [...known].flatMap(([group, record]) =>
      record.intent === undefined || record.intent.message !== undefined
        ? []
        : [{ group, record, intent: record.intent }],
    );
    await inTurns(ofDigests, savesAtOnce, async ({ group, record, intent }) => {
      const said = storm?.said?.includes(intent.id) === true;
      const { intent: _, ...before } = record;
      const settled = said ? { ...inStorm(intent.next, storm), version: record.version } : before;
      const saved = await this.#speech.save(group, settled);
      if (saved !== undefined) known.set(group, saved);
    });
    return true;
  }

  #decide(record: GroupRecord, incidents: readonly Incident[], group: string, around: Circumstances): Decision {
    const { settings, ports, destination } = this.#posting;
    const now = ports.clock.now();
    const service = incidents.find((incident) => incident.service !== undefined)?.service ?? group;
    return decide(record, incidents, {
      now,
      repeatAfterMs: repeatAfterMs(settings),
      isMuted: ({ subject, severity }) =>
        group !== roadTestGroup &&
        (openMute(settings.mutes, { service, severity }, now) !== undefined || around.isMuted(service, subject)),
      acknowledgement: around.acknowledgementOf(group),
      endingOf: (subject) => around.endingOf(group, subject),
      isRouted: (severity) =>
        settings.routes.some((route) => route.to.includes(destination) && matches(route, service, severity)),
    });
  }

  async #sayEach(steps: readonly Step[]): Promise<void> {
    const findings = steps.map(({ message }) => this.#look(message));
    for (const [index, { group, record, message, next }] of steps.entries()) {
      const found = (await findings[index]) ?? noFindings;
      const card = this.#card(message, group, found, this.#posting.ports.clock.now());
      const outcome = await this.#speech.send(group, record, {
        id: randomUUID(),
        tries: 0,
        message: writeOutgoing({ card, conversation: conversationOf(message, group) }),
        next: withEvidence(next, message, card),
      });
      if (outcome.kind === "said") continue;
      this.#leave([group], outcome.afterMs);
      // A chat that is down or throttling would reject the rest as well.
      if (outcome.down) {
        const rest = steps.slice(index + 1).map((step) => step.group);
        return this.#leave(rest, outcome.afterMs);
      }
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

  /** Each group knows of the digest that tells of it before it is sent; whether it was, the storm's record says. */
  async #sayDigest(steps: readonly Step[], storm: GroupRecord): Promise<void> {
    const id = randomUUID();
    const begun: { readonly group: string; readonly record: GroupRecord; readonly next: Content }[] = [];
    await inTurns(steps, savesAtOnce, async ({ group, record, message, next }) => {
      const thread = { reference: undefined, openedAt: this.#posting.ports.clock.now(), shared: true };
      const told = message.purpose === "open" && next.thread !== undefined ? { ...next, thread } : next;
      const saved = await this.#speech.save(group, { ...record, intent: { id, tries: 0, next: told } });
      if (saved === undefined) this.#leave([group], 0);
      else begun.push({ group, record: saved, next: told });
    });
    const covered = new Set(begun.map(({ group }) => group));
    const { ports, settings, destination } = this.#posting;
    const told = steps.filter(({ group }) => covered.has(group));
    const messages = new Map(told.map(({ group, message }) => [group, message]));
    const mention = [...new Set(told.flatMap(({ message }) => mentionsOf(message, destination, settings)))];
    const intent = digestOf(id, { messages, mention, storm, place: settings, now: ports.clock.now() });
    const outcome: Outcome = await this.#speech.send(stormGroup, storm, intent);
    if (outcome.kind === "left") return this.#leave(covered, outcome.afterMs);
    await inTurns(begun, savesAtOnce, async ({ group, record, next }) => {
      await this.#speech.save(group, { ...inStorm(next, outcome.record), version: record.version });
    });
  }

  #leave(groups: Iterable<string>, afterMs: number): void {
    const changes = [...groups].map((group) => this.#changes.get(group) ?? []);
    for (const [change, ms] of leave(changes, afterMs)) this.#left.set(change, ms);
  }
}

function repeatAfterMs({ repeatAfterHours }: ChatSettings): number {
  return repeatAfterHours * 60 * 60_000;
}

function isApart({ group }: Step): boolean {
  return group === roadTestGroup || group === noticeGroup;
}

/** A group whose conversation begins with a digest goes on under that. */
function inStorm(next: Content, storm: GroupRecord | undefined): Content {
  if (next.thread?.shared !== true || next.thread.reference !== undefined) return next;
  return { ...next, thread: { ...next.thread, reference: storm?.thread?.reference } };
}

export function leave(changes: Iterable<readonly string[]>, afterMs: number): Left {
  return new Map([...changes].flat().map((change) => [change, afterMs]));
}

async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) {
    await Promise.all(items.slice(from, from + atOnce).map(work));
  }
}
