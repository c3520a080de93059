import type { Card } from "../card/card.ts";
import type { Findings, Question } from "../card/enrichment.ts";
import type { Delivery } from "../receivers/delivery.ts";
import type { Conversation } from "../receivers/receiver.ts";
import type { IncidentStore } from "../record/store.ts";

/** Milliseconds since the epoch, and waiting; tests advance it by hand. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Posts a card to a destination. Never throws. */
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
  /** How to post to each destination; without those that have no address in the secret yet. */
  speakers(): Promise<ReadonlyMap<string, Speak>>;
  /** Those of these alarms whose actions somebody has disabled: no event says so. Never throws. */
  silenced(alarms: readonly string[]): Promise<ReadonlySet<string>>;
  /** Looks up context for the reader; takes two seconds at most and never throws. */
  look(question: Question): Promise<Findings>;
}
