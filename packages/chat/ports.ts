import type { Card } from "./card.ts";
import type { Findings, Question } from "./enrichment.ts";
import type { Conversation, Delivery } from "./receivers/receiver.ts";
import type { GroupRecord } from "./record.ts";

/** Milliseconds since the epoch, and waiting; tests turn it by hand. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** What was said where. Written after the chat accepted, never before. */
export interface IncidentStore {
  /** Records of these groups for one destination; those that are not there yet are left out. */
  load(destination: string, groups: readonly string[]): Promise<ReadonlyMap<string, GroupRecord>>;
  /** @returns `stale` when somebody else saved since the record was loaded */
  save(destination: string, group: string, record: GroupRecord): Promise<"saved" | "stale">;
  /** Groups of a destination with something open. */
  listOpen(destination: string): Promise<ReadonlyMap<string, GroupRecord>>;
  /** Takes the sole right to speak to a destination until `until`; `false` while somebody else has it. */
  claim(destination: string, now: number, until: number): Promise<boolean>;
  /** Gives it back, to be taken by the next from `from` on. */
  release(destination: string, from: number): Promise<void>;
}

/** Says a card at a destination. Never throws. */
export type Speak = (card: Card, conversation: Conversation) => Promise<Delivery>;

/** Lines for operators; never a secret. */
export type Log = (entry: {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly [name: string]: string | number | boolean | undefined;
}) => void;

export interface RoadPorts {
  readonly store: IncidentStore;
  readonly clock: Clock;
  readonly log: Log;
  /** How to speak to each destination; those the secret has no address for yet are left out. */
  speakers(): Promise<ReadonlyMap<string, Speak>>;
  /** Looks around for what helps a person; takes two seconds at most and never throws. */
  look(question: Question): Promise<Findings>;
}
