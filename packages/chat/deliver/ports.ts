import type { Findings, Question } from "../card/enrichment.ts";
import type { IncidentStore } from "../record/store.ts";
import type { Speaker } from "./speaker.ts";

/** Milliseconds since the epoch, and waiting; tests advance it by hand. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Lines for operators; never a secret. */
export type Log = (entry: {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly [name: string]: string | number | boolean | undefined;
}) => void;

/**
 * - `silenced`: somebody has disabled its actions, which no event says.
 * - `over`: it is OK, whether or not anything was told.
 * - `gone`: there is no such alarm, or service.
 */
export type Standing = "lasting" | "silenced" | "over" | "gone";

export interface RoadPorts {
  readonly store: IncidentStore;
  readonly clock: Clock;
  readonly log: Log;
  /** How to post to each destination; without those that have no address in the secret yet. */
  speakers(): Promise<ReadonlyMap<string, Speaker>>;
  /** The service that an alarm's tag `mcp-service` names, if it has one. Never throws. */
  serviceOf(alarmArn: string): Promise<string | undefined>;
  /** How these alarms, and services, stand on AWS, by ARN; without those of which it is not known. Never throws. */
  standing(arns: readonly string[]): Promise<ReadonlyMap<string, Standing>>;
  /** Looks up context for the reader; takes two seconds at most and never throws. */
  look(question: Question): Promise<Findings>;
}
