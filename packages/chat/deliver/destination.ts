import { chatRunSeconds } from "#fleet/timing.ts";
import { groupOf } from "../decide/route.ts";
import type { Incident } from "../incident/incident.ts";
import { paceMs } from "./speech.ts";
import { stormGroup } from "./storm.ts";
import { type Left, leave, type Posting, Turn } from "./turn.ts";

/** Longer than the function can run: once its holder is dead, the claim expires. */
const claimMs = (chatRunSeconds + 30) * 1000;
const claimWaitMs = 3_000;

/** Posts to one destination everything meant for it. Never throws: after a failure its changes remain to be posted. */
export async function post(posting: Posting, incidents: readonly Incident[]): Promise<Left> {
  const { destination, ports } = posting;
  const byGroup = Map.groupBy(incidents, groupOf);
  const changes = new Map([...byGroup].map(([group, members]) => [group, members.map(({ change }) => change)]));
  try {
    // Nobody changes them by speaking: they are read meanwhile, and a failure is met where they are needed.
    posting.surroundings().catch(() => undefined);
    const load = () => ports.store.load(destination, [...byGroup.keys(), stormGroup]);
    // Records are read with the claim. Should another run save one in between, its version keeps this one from speaking.
    const early = load();
    early.catch(() => undefined);
    const claimed = await claim(posting);
    if (claimed === "not") return leave(changes.values(), 2 * paceMs);
    const turn = new Turn(posting, changes);
    try {
      return await turn.take(byGroup, await (claimed === "at once" ? early : load()));
    } finally {
      await ports.store.release(destination, turn.postedAt + paceMs);
    }
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
    ports.log({ level: "error", message: "Could not post to a destination", destination, reason });
    return leave(changes.values(), 0);
  }
}

/** Only one run posts to a destination at a time: nothing is posted twice, and at most one message a second. */
async function claim({ destination, ports: { store, clock } }: Posting): Promise<"at once" | "later" | "not"> {
  const began = clock.now();
  for (;;) {
    const now = clock.now();
    if (await store.claim(destination, now, now + claimMs)) return now === began ? "at once" : "later";
    if (now >= began + claimWaitMs) return "not";
    await clock.sleep(250);
  }
}
