import { muteTargetOf } from "../decide/route.ts";
import type { Log } from "../deliver/ports.ts";
import { escapes } from "../receivers/escape.ts";
import type { Secret } from "../receivers/secret.ts";
import type { Acknowledgement } from "../record/acknowledgement-table.ts";
import type { Mute } from "../record/mute-table.ts";
import { timeOfDay } from "../text/duration.ts";
import { type Press, pressOf } from "./interaction.ts";
import { faultOf, isStale, type Signed } from "./signature.ts";

export interface PressPorts {
  /** What the Slack app signs with; `undefined` until somebody has put it into its secret. */
  signingSecret(): Promise<Secret | undefined>;
  acknowledge(acknowledgement: Acknowledgement): Promise<"new" | "known">;
  /** Changes nothing where it is muted for longer already. */
  mute(mute: Mute): Promise<void>;
  /** The chats are told now, not with the next tick. */
  nudge(): Promise<void>;
  /** Says something to whoever pressed, and to nobody else. Never throws. */
  whisper(address: string, text: string): Promise<void>;
  readonly log: Log;
  now(): number;
}

/** An HTTP status and a word: whoever is refused is told nothing else. */
export interface PressAnswer {
  readonly status: 200 | 400 | 401 | 413 | 503;
  readonly text: string;
}

/** Slack's own payloads have a few KB: what is longer is not even hashed. */
const longestBody = 64 * 1024;
/** The silence that a button begins. */
export const silenceMs = 60 * 60_000;

/**
 * Takes the press of a button: verifies that Slack sent it just now and that the person may, records it, and has all chats
 * told. Repeated, it changes nothing: a press is known by its time.
 */
export async function takePress(request: Signed, allowed: readonly string[], ports: PressPorts): Promise<PressAnswer> {
  const { log } = ports;
  const refuse = (status: PressAnswer["status"], text: string): PressAnswer => {
    log({ level: "warn", message: "Refused a press", reason: text });
    return { status, text };
  };
  if (request.body.length > longestBody) return refuse(413, "too long");
  // Before anything is asked for: anybody can send this.
  if (isStale(request.timestamp, ports.now())) return refuse(401, "stale");
  const secret = await ports.signingSecret();
  if (secret === undefined) return refuse(503, "no signing secret yet");
  const fault = faultOf(request, secret, ports.now());
  if (fault !== undefined) return refuse(401, fault);
  const press = pressOf(request.body);
  if (press === undefined) return refuse(400, "not a press of ours");
  if (press.button === "console" || press.about === undefined) return { status: 200, text: "" };
  const { group, seenAt } = press.about;
  const said = { button: press.button, group, by: press.name, user: press.user };
  if (!allowed.includes(press.user)) {
    log({ level: "warn", message: "Refused a press", reason: "not allowed", ...said });
    await whisper(ports, press, "You may not: `chat.actions.slack.allowed` in the map lists who may.");
    return { status: 200, text: "" };
  }
  const target = press.button === "silence" ? muteTargetOf(group) : undefined;
  const silentUntil = target === undefined ? undefined : press.at + silenceMs;
  const outcome = await ports.acknowledge({ group, by: press.name, at: press.at, seenAt, silentUntil });
  if (outcome === "new" && target !== undefined && silentUntil !== undefined)
    await ports.mute({ target, reason: "from Slack", by: press.name, since: press.at, until: silentUntil });
  log({ level: "info", message: "Pressed", ...said, outcome, pressedAt: new Date(press.at).toISOString() });
  await ports.nudge();
  await whisper(ports, press, answerTo(group, silentUntil, ports.now()));
  return { status: 200, text: "" };
}

function answerTo(group: string, silentUntil: number | undefined, now: number): string {
  const what = escapes.slack.text(group, 200);
  const silent = silentUntil === undefined ? "" : `, and silent until ${timeOfDay(silentUntil, now)}`;
  return `${what} is yours${silent}. Every chat says so within a minute, if it still lasts.`;
}

async function whisper(ports: PressPorts, { answerAt }: Press, text: string): Promise<void> {
  if (answerAt !== undefined) await ports.whisper(answerAt, text);
}
