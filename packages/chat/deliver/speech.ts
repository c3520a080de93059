import type { Content, GroupRecord, Intent } from "../record/record.ts";
import { withReference } from "./conversation.ts";
import { type Outgoing, readOutgoing } from "./outgoing.ts";
import type { RoadPorts } from "./ports.ts";
import type { Speaker } from "./speaker.ts";

export interface Speaking {
  readonly destination: string;
  readonly speaker: Speaker;
  readonly ports: Pick<RoadPorts, "store" | "clock" | "log">;
  /** Milliseconds since the epoch, after which nothing new is sent. */
  readonly deadline: number;
  readonly repeatAfterMs: number;
}

/** What became of a message: said, with what is recorded now; or left for later. */
export type Outcome =
  | { readonly kind: "said"; readonly record: GroupRecord }
  /** `down`: the chat would not take others either. */
  | { readonly kind: "left"; readonly afterMs: number; readonly down: boolean };

/** Slack and Google Chat take a message a second. */
export const paceMs = 1_000;

/**
 * How often a message is sent whose sends are never confirmed. Where people would see a repetition, once more, when the
 * chat works again; where they do not, so often that a message it cannot digest does not keep the others back for ever.
 */
const mostTries: Readonly<Record<Speaker["repeats"], number>> = { shown: 2, merged: 20 };

/** What was never confirmed may not have been seen: what still lasts is told again after this time. */
const doubtMs = 30 * 60_000;

/**
 * Says messages to one destination, each at most once, or twice where it is not known what became of it: what is to be
 * said is recorded before it is sent, and that it was said once the chat has accepted it.
 */
export class Speech {
  readonly #speaking: Speaking;
  /** When it last posted, in milliseconds since the epoch. */
  postedAt = 0;

  constructor(speaking: Speaking) {
    this.#speaking = speaking;
  }

  /** Sends what a group's record intends. Throws if the store does: then its record says what to do next. */
  async send(group: string, record: GroupRecord, intent: Intent): Promise<Outcome> {
    const { speaker, ports, deadline } = this.#speaking;
    const outgoing = readOutgoing(intent.message ?? "");
    // Another version of the fleet wrote it: what it is about is decided anew.
    if (outgoing === undefined) return this.#drop(group, record);
    if (intent.tries >= mostTries[speaker.repeats]) return this.#giveUp(group, record, intent, outgoing);
    if (intent.tries > 0 && !(await speaker.isAnswering())) return this.#left("its chat does not answer", 0);
    const wait = this.postedAt + paceMs - ports.clock.now();
    if (wait > 0) await ports.clock.sleep(wait);
    if (ports.clock.now() >= deadline) return this.#left("out of time", paceMs);
    const begun = await this.save(group, { ...record, intent: { ...intent, tries: intent.tries + 1 } });
    if (begun === undefined) return { kind: "left", afterMs: 0, down: false };
    return this.#post(group, begun, intent, outgoing);
  }

  async #post(group: string, begun: GroupRecord, intent: Intent, { card, conversation }: Outgoing): Promise<Outcome> {
    const { destination, speaker, ports } = this.#speaking;
    const delivery = await speaker.send(card, { ...conversation, id: intent.id });
    this.postedAt = ports.clock.now();
    if (delivery.kind === "accepted") {
      ports.log({ level: "info", message: "Posted", destination, title: card.title });
      return this.#said(group, begun, withReference(intent.next, conversation, delivery.reference));
    }
    const level = delivery.kind === "refused" ? "error" : "warn";
    ports.log({ level, message: `Not posted: ${delivery.kind}`, destination, reason: delivery.reason });
    if (delivery.kind === "unknown") return { kind: "left", afterMs: delivery.afterMs ?? 0, down: true };
    // It was not posted this time. If it never was, whatever else has happened by then is told with it.
    await this.save(group, { ...begun, intent: intent.tries === 0 ? undefined : intent });
    return delivery.kind === "refused"
      ? { kind: "left", afterMs: 0, down: false }
      : { kind: "left", afterMs: delivery.afterMs ?? 0, down: true };
  }

  /** @returns the record as it is now; `undefined` when another run has saved it since */
  async save(group: string, record: GroupRecord): Promise<GroupRecord | undefined> {
    const { destination, ports } = this.#speaking;
    const outcome = await ports.store.save(destination, group, record);
    if (outcome === "saved") return { ...record, version: record.version + 1 };
    ports.log({ level: "error", message: "Another run updated this group first", destination, group });
    return undefined;
  }

  async #said(group: string, { version }: GroupRecord, next: Content): Promise<Outcome> {
    const record = await this.save(group, { ...next, version });
    return record === undefined ? { kind: "left", afterMs: 0, down: false } : { kind: "said", record };
  }

  #giveUp(group: string, record: GroupRecord, { next, tries }: Intent, { card }: Outgoing): Promise<Outcome> {
    const { destination, ports, repeatAfterMs } = this.#speaking;
    const { title } = card;
    ports.log({ level: "error", message: "Sent and never confirmed: not sent again", destination, title, tries });
    const isReminder = (next.reminders ?? 0) > 0;
    const lastSentAt = isReminder ? next.lastSentAt : ports.clock.now() - repeatAfterMs + doubtMs;
    return this.#said(group, record, { ...next, lastSentAt });
  }

  async #drop(group: string, record: GroupRecord): Promise<Outcome> {
    await this.save(group, { ...record, intent: undefined });
    return { kind: "left", afterMs: 0, down: false };
  }

  #left(reason: string, afterMs: number): Outcome {
    const { destination, ports } = this.#speaking;
    ports.log({ level: "warn", message: "Not posted: retry", destination, reason });
    return { kind: "left", afterMs, down: true };
  }
}
