import { type Answer, attempt, type Destination } from "./http.ts";
import { paceTag } from "./labels.ts";
import { charged, type Pace, readPace, rested, served, turnOf, writePace } from "./pace.ts";
import type { Clock, SecretStore } from "./ports.ts";

export interface Vendor extends Destination {
  /** Statuses of one that is at work; after any other it rests. */
  readonly serves: readonly number[];
  /**
   * How many requests have to be in hand for this one to be made: what takes several would otherwise begin again and again,
   * and never end. `free`: those that are served are not counted, as nobody repeats them for their own sake.
   */
  readonly needs: number | "free";
}

export type Asked =
  | Answer
  /** It was not asked: its turn comes after `until`. */
  | { readonly kind: "held"; readonly reason: string };

/**
 * One request, at the vendor's pace.
 *
 * @param until milliseconds since the epoch: how long it may wait for its turn
 */
export type Ask = (vendor: Vendor, init: RequestInit, until: number) => Promise<Asked>;

export interface AskPorts {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly store: Pick<SecretStore, "describe" | "tag">;
}

interface Memory {
  readonly pace: Pace;
  /** Milliseconds since the epoch: another function may have asked since. */
  readonly at: number;
}
const freshMs = 5_000;

const memories = new WeakMap<AskPorts["store"], Map<string, Memory>>();

/** How a secret's issuer is asked. The pace is in a tag of the secret, so that it outlives an invocation. */
export function askerOf(secretId: string, { fetch, clock, store }: AskPorts): Ask {
  const memory = memories.get(store) ?? new Map<string, Memory>();
  memories.set(store, memory);

  const recall = async (oldestMs: number): Promise<Pace> => {
    const known = memory.get(secretId);
    const age = clock.now() - (known?.at ?? 0);
    if (known !== undefined && age < oldestMs) return known.pace;
    const read = readPace((await store.describe(secretId)).tags[paceTag]);
    // What this process wrote a moment ago may not be shown yet; later, whoever took the note away meant it.
    const pace = known !== undefined && age < freshMs && known.pace.wholeAt > read.wholeAt ? known.pace : read;
    memory.set(secretId, { pace, at: clock.now() });
    return pace;
  };
  const remember = async (pace: Pace): Promise<Kept> => {
    const kept = await store.tag(secretId, paceTag, writePace(pace)).catch((): Kept => "failed");
    if (kept === "tagged") memory.set(secretId, { pace, at: clock.now() });
    return kept;
  };

  const takeTurn = async ({ name, needs }: Vendor, until: number): Promise<(Asked & { kind: "held" }) | undefined> => {
    for (;;) {
      const pace = await recall(freshMs);
      const now = clock.now();
      const turn = turnOf(pace, name, needs === "free" ? 1 : needs, now);
      if (turn > until) return { kind: "held", reason: wordsFor(pace, name, turn) };
      if (turn <= now) break;
      await clock.sleep(turn - now);
    }
    if (needs === "free") return undefined;
    // Counted before it is made, of what others have counted by now: a request that nobody knows of is one too many.
    const kept = await remember(charged(await recall(0), clock.now()));
    return kept === "tagged" ? undefined : { kind: "held", reason: uncounted[kept] };
  };

  return async (vendor, init, until) => {
    const held = await takeTurn(vendor, until);
    if (held !== undefined) return held;
    const answer = await attempt(fetch, vendor, init, clock);
    const pace = await recall(freshMs);
    const next = paceAfter(answer, vendor, pace, clock.now());
    if (next !== pace) await remember(next);
    return answer;
  };
}

type Kept = Awaited<ReturnType<SecretStore["tag"]>> | "failed";

const uncounted: Readonly<Record<Exclude<Kept, "tagged">, string>> = {
  full: "the secret has as many tags and labels as AWS allows, so requests cannot be counted: remove one that nobody needs",
  failed: "Secrets Manager did not take the note of it",
};

function paceAfter(answer: Answer, { name, serves, needs }: Vendor, pace: Pace, now: number): Pace {
  const counted = needs === "free" ? () => charged(pace, now) : () => pace;
  if (answer.kind === "unreachable") return rested(counted(), name, { now, why: answer.code, retryAfterMs: 0 });
  const { status, retryAfterMs } = answer;
  if (!serves.includes(status)) return rested(counted(), name, { now, why: String(status), retryAfterMs });
  return pace.resting.has(name) ? served(pace, name) : pace;
}

function wordsFor({ resting }: Pace, vendor: string, turn: number): string {
  const why = resting.get(vendor)?.why ?? "";
  const status = /^\d+$/.test(why) ? `answered ${why}` : `gave no answer (${why})`;
  return `${vendor} ${why === "" ? "was asked often enough" : status}, and is asked again at ${new Date(turn).toISOString()}`;
}
