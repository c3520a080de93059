import type { Severity } from "#fleet/definition.ts";
import type { Fact } from "../incident/facts.ts";
import type { Incident } from "../incident/incident.ts";

/** What one destination was sent about one group: a service, or something that belongs to none. */
export interface GroupRecord {
  /** 0 until it is first saved; a save increments it, and fails if another run already has. */
  readonly version: number;
  /** The conversation that is open, if any. */
  readonly thread: Thread | undefined;
  /** By subject. */
  readonly entries: Readonly<Record<string, Entry>>;
  /** Milliseconds since the epoch; 0 before the first message. */
  readonly lastSentAt: number;
  /** How many reminders in a row: each comes later than the one before. */
  readonly reminders?: number;
  /** The conversation that ended last: what comes back at once goes on in it. */
  readonly last?: Thread | undefined;
  /** Only on the group that represents a storm: what its digest has counted, and which of its messages were said. */
  readonly tally?: Tally;
  readonly said?: readonly string[];
  /** What may be on its way to the chat. */
  readonly intent?: Intent | undefined;
}

/** A message that is recorded before it is sent, so that whatever fails it is known which it was. */
export interface Intent {
  /** A UUID: the same whenever it is sent again. */
  readonly id: string;
  /** How many sends of it began whose outcome is not known. */
  readonly tries: number;
  /** As `deliver` wrote it; absent where it is the digest of a storm, whose group has it. */
  readonly message?: string | undefined;
  /** What is recorded once it was said. */
  readonly next: Content;
}

/** A record as far as it says what was told. */
export type Content = Omit<GroupRecord, "version" | "intent">;

/** Changes posted as one digest instead of one by one. */
export interface Tally {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly firing: number;
  readonly recovered: number;
  readonly other: number;
  /** What the digest names, the worst first: an edit adds to it. */
  readonly rows: readonly TallyRow[];
}

export interface TallyRow {
  readonly group: string;
  readonly state: "down" | "critical" | "warning" | "recovered";
  readonly text: string;
}

export interface Thread {
  /** The chat's id of the first message; absent where it gives none. */
  readonly reference: string | undefined;
  readonly openedAt: number;
  /** True where the first message covers other groups as well: it gets replies, and is never rewritten. */
  readonly shared: boolean;
  /** What the first message showed beside its words: an edit keeps it, and the end shows it again. */
  readonly evidence?: Evidence | undefined;
}

/** What a message shows beside its words. */
export interface Evidence {
  readonly facts: readonly Fact[];
  readonly chart: { readonly label: string; readonly line: string } | undefined;
  /** Last error lines of the service before it began, masked. */
  readonly log: readonly string[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** A link, or a path where the map does not say what it is below. */
  readonly runbook: string | undefined;
}

/** Who has taken it. */
export interface Holder {
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Until when they keep it from the chats, if they do. */
  readonly silentUntil?: number | undefined;
}

export interface Entry {
  readonly change: string;
  /** `flapping`: it has ended, and came back so soon before that its end is told once it stays away. */
  readonly phase: "firing" | "no-data" | "flapping" | "resolved" | "notice";
  readonly severity: Severity;
  /** When it began, and when it last changed. */
  readonly since: number;
  readonly at: number;
  /** Whether it was posted; false while a mute window holds it back. */
  readonly told: boolean;
  /** One line for people. */
  readonly headline: string;
  /** How often it began since then, where it came back. */
  readonly times?: number | undefined;
  /** How it ended, if it did not recover: `No more requests`. */
  readonly ending?: string | undefined;
  /** Who has acknowledged it, if anybody has. */
  readonly holder?: Holder | undefined;
  /** While it is open: what it is, for whoever is told of it later. */
  readonly incident?: Incident | undefined;
}

export const emptyRecord: GroupRecord = { version: 0, thread: undefined, entries: {}, lastSentAt: 0 };

/** The end of something that never began, such as an alarm's first data: recorded, not posted. */
export function isUnsaid({ phase, since, at }: Entry): boolean {
  return phase === "resolved" && at <= since;
}

export function isOpen({ phase }: Entry): boolean {
  return phase === "firing" || phase === "no-data" || phase === "flapping";
}
