import type { Incident } from "../incident/incident.ts";
import { testedBy } from "../incident/road-test.ts";
import type { AlarmStory } from "../incident/story.ts";
import { metricsOf } from "../incident/watch.ts";
import { type Entry, isUnsaid } from "../record/record.ts";
import { durationOf } from "../text/duration.ts";

/** What comes back within this time is flapping; its end is told once it has stayed away for so long. */
export const calmMs = 15 * 60_000;

/** Whether an alarm comes back so soon that it is the same trouble as before. */
export function isRelapse({ at, phase, story }: Incident, known: Entry): boolean {
  const ended = known.phase === "flapping" || (known.phase === "resolved" && !isUnsaid(known));
  if (story.kind !== "alarm" || story.reason?.startsWith(testedBy)) return false;
  return ended && phase === "firing" && at - known.at < calmMs;
}

const count = / \(\d+ times in [^()]+\)$/;

/** The headline with how often it began; as it is for what did so once. */
export function counted(headline: string, times: number | undefined, ms: number): string {
  const plain = headline.replace(count, "");
  return times === undefined ? plain : `${plain} (${times} times in ${durationOf(ms)})`;
}

/** How long notices, such as the stops of a task in a crash loop, share a conversation. */
export const noticeThreadMs = 60 * 60_000;

/** How often tasks stopped like this lately, with this one, and since when. */
export function stopsLike(
  { at, story, subject }: Incident,
  headline: string,
  entries: ReadonlyMap<string, Entry>,
): { readonly times: number; readonly since: number } {
  if (story.kind !== "task") return { times: 1, since: at };
  const like = [...entries].filter(
    ([other, entry]) =>
      other !== subject &&
      entry.phase === "notice" &&
      entry.told &&
      entry.headline.replace(count, "") === headline &&
      at - entry.at < noticeThreadMs,
  );
  return { times: like.length + 1, since: Math.min(at, ...like.map(([, entry]) => entry.at)) };
}

/** A crash loop is told when it begins, and each time that it has doubled. */
export function isTold(times: number): boolean {
  return Number.isInteger(Math.log2(times));
}

/** How an alarm ended that is OK only because nothing was measured: it has not recovered. */
export function endingOf({ story, phase }: Incident): string | undefined {
  const unmeasured =
    phase === "resolved" && story.kind === "alarm" && /no datapoints were received/.test(story.reason ?? "");
  if (!unmeasured) return undefined;
  return isOnRequests(story) ? "No more requests" : "No more data";
}

function isOnRequests({ watch }: AlarmStory): boolean {
  return metricsOf(watch).some(({ metric }) => /^(?:TargetResponseTime|RequestCount|HTTPCode_)/.test(metric));
}
