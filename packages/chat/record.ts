import type { Severity } from "#fleet/definition.ts";

/** What one destination knows about one group: a service, or what belongs to none. */
export interface GroupRecord {
  /** 0 before it was ever saved; a save raises it by one, and fails when somebody else has. */
  readonly version: number;
  /** The conversation that is open, if any. */
  readonly thread: Thread | undefined;
  /** By subject. */
  readonly entries: Readonly<Record<string, Entry>>;
  /** Milliseconds since the epoch; 0 before the first message. */
  readonly lastSentAt: number;
  /** Of the group that stands for a storm: what its digest has counted. */
  readonly tally?: Tally;
}

/** Changes that were told in one digest instead of one by one. */
export interface Tally {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly firing: number;
  readonly recovered: number;
  readonly other: number;
}

export interface Thread {
  /** What the chat calls the first message; absent where it gives none. */
  readonly reference: string | undefined;
  readonly openedAt: number;
  /** True where the first message speaks of other groups as well: it is answered, never rewritten. */
  readonly shared: boolean;
}

export interface Entry {
  readonly change: string;
  readonly phase: "firing" | "no-data" | "resolved" | "notice";
  readonly severity: Severity;
  /** When it began, and when it last changed. */
  readonly since: number;
  readonly at: number;
  /** False while people have not heard of it, because a mute window is open. */
  readonly told: boolean;
  /** One line for people. */
  readonly headline: string;
}

export const emptyRecord: GroupRecord = { version: 0, thread: undefined, entries: {}, lastSentAt: 0 };

/** The end of what never began, such as the first data of an alarm: it is recorded and not said. */
export function isUnsaid({ phase, since, at }: Entry): boolean {
  return phase === "resolved" && at <= since;
}

export function isOpen({ phase }: Entry): boolean {
  return phase === "firing" || phase === "no-data";
}
