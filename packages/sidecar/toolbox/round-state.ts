import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { createSeal } from "../sessions/sealing.ts";

/**
 * What a tool remembers between the rounds of one call. It travels through the client, sealed, so that any task can go
 * on with it. What was sealed for one caller or one tool is refused from another.
 */
export interface RoundState {
  seal(round: Round, payload: unknown): Promise<string>;
  /** @throws {Error} for what no key of this server sealed, is older than ten minutes, or another caller's */
  open(subject: string, sealed: string): Promise<unknown>;
  /** What `open` resolved with, for the tool it was sealed by. */
  read(tool: string, opened: unknown): unknown;
}

export interface Round {
  readonly subject: string;
  readonly tool: string;
}

const Sealed = v.object({ tool: v.string(), payload: v.unknown(), expiresAt: v.number() });
const lifeMs = 600_000;

/**
 * @param keys of `SESSION_ENCRYPTION_KEY`: the first seals, all open. Without any, a key of this process: its rounds end
 *   with it, and another task does not know them.
 */
export function openRoundState(keys: readonly string[], now: () => number = Date.now): RoundState {
  const [first = randomBytes(32).toString("base64"), ...others] = keys;
  const ring = createSeal([first, ...others]);
  const placeOf = (subject: string): string => `round:${subject}`;
  return {
    seal: ({ subject, tool }, payload) =>
      ring.seal(placeOf(subject), JSON.stringify({ tool, payload, expiresAt: now() + lifeMs })),
    open: async (subject, sealed) => {
      const text = await ring.open(placeOf(subject), sealed);
      if (text === undefined) throw new Error("No key of this server opens the state for this caller.");
      const opened = v.parse(v.pipe(v.string(), v.parseJson(), Sealed), text);
      if (opened.expiresAt < now()) throw new Error("The state has expired.");
      return opened;
    },
    read: (tool, opened) => {
      const parsed = v.safeParse(Sealed, opened);
      return parsed.success && parsed.output.tool === tool ? parsed.output.payload : undefined;
    },
  };
}
