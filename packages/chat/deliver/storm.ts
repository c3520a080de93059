import { digestCard, endedTally, tallyOf } from "../card/digest.ts";
import type { Place } from "../card/links.ts";
import type { Message } from "../decide/message.ts";
import type { GroupRecord, Intent, Tally } from "../record/record.ts";
import { writeOutgoing } from "./outgoing.ts";

/** The group of a storm's record: what its digest has counted. */
export const stormGroup = "(storm)";
/** More groups than this at once become one digest: nobody reads a hundred messages. */
export const digestOver = 5;
/** How long a storm keeps updating the same digest before a new one begins. */
const stormMs = 5 * 60_000;
/** How many digests are known to have been said: a group of one of them may be seen again only later. */
const saidKept = 20;

interface Digest {
  /** By group. */
  readonly messages: ReadonlyMap<string, Message>;
  readonly mention: readonly string[];
  readonly storm: GroupRecord;
  readonly place: Place;
  readonly now: number;
}

/** One message for many groups: a new one, or the last one rewritten. */
export function digestOf(id: string, { messages, mention, storm, place, now }: Digest): Intent {
  const lasting = storm.thread !== undefined && now - storm.lastSentAt < stormMs ? storm : undefined;
  const tally = tallyOf(messages, now, lasting?.tally);
  const reference = lasting?.thread?.reference;
  // While something of a storm lasts, the next one is the same alert to pagers.
  const openedAt = storm.thread?.openedAt ?? tally.since;
  const manner = lasting === undefined ? "begin" : "refresh";
  const conversation = { manner, broadcast: true, reference, part: false, key: `storm-${openedAt}` } as const;
  return {
    id,
    tries: 0,
    message: writeOutgoing({ card: { ...digestCard(messages, tally, place, now), mention }, conversation }),
    next: {
      thread: { reference, openedAt, shared: true },
      entries: {},
      lastSentAt: now,
      tally,
      said: [...(storm.said ?? []), id].slice(-saidKept),
    },
  };
}

/** That all of a storm is over, where its last digest does not say so; nobody is called for it. */
export function endOf(id: string, storm: GroupRecord, place: Place, now: number): Intent | undefined {
  const { thread, tally, said = [] } = storm;
  if (thread === undefined || tally === undefined || !isShown(tally)) return undefined;
  const ended = endedTally(tally);
  const { reference, openedAt } = thread;
  const conversation = { manner: "close", broadcast: false, reference, part: false, key: `storm-${openedAt}` } as const;
  return {
    id,
    tries: 0,
    message: writeOutgoing({ card: digestCard(new Map(), ended, place, now), conversation }),
    next: {
      thread: undefined,
      entries: {},
      lastSentAt: storm.lastSentAt,
      tally: ended,
      said: [...said, id].slice(-saidKept),
    },
  };
}

/** Whether a digest shows something as ongoing. */
function isShown({ rows }: Tally): boolean {
  return rows.some(({ state }) => state !== "recovered");
}
