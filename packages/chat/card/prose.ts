import { timeOfDay } from "../text/duration.ts";

/** A point in time, which a chat shows in its reader's own time zone where it can. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** For chats that cannot, and for previews. */
  readonly text: string;
  /** Whether the date is told as well: it was not today. */
  readonly dated: boolean;
}

/** Text with points in time in it. */
export type Prose = readonly (string | Moment)[];

export function moment(at: number, now: number): Moment {
  const text = timeOfDay(at, now);
  return { at, text, dated: text.length > "14:02 UTC".length };
}

export function plain(prose: Prose): string {
  return render(
    prose,
    (text) => text,
    ({ text }) => text,
  );
}

/** Prose as a chat writes it. */
export function render(prose: Prose, text: (text: string) => string, time: (moment: Moment) => string): string {
  return prose.map((part) => (typeof part === "string" ? text(part) : time(part))).join("");
}
