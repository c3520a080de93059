import type { Crime } from "./crimes.ts";
import { busiestHour, examine, judgeEnds, judgePace, judgePromptness, judgeRest } from "./judge.ts";
import { work } from "./operator.ts";
import type { Plot } from "./plot.ts";
import { hour, minute } from "./time.ts";
import { Watch } from "./watch.ts";
import { begin, World } from "./world.ts";

export interface Ending {
  readonly crimes: readonly Crime[];
  readonly busiestHour: number;
  readonly runs: number;
  readonly calls: number;
  readonly throttled: number;
  readonly diary: readonly string[];
}

/** In which everything has come to rest, once the last fault is over. */
const calm = 3 * hour;
/** In which a rotation that nobody works on is given up, and what it left behind is swept: a day each, and some hours. */
const rest = 56 * hour;

/** Plays a plot to its end, some days after the last fault, and says what was wrong. */
export async function play(plot: Plot, keepsDiary = false): Promise<Ending> {
  const chance = Math.random;
  const { stackTraceLimit } = Error;
  const world = new World(plot, keepsDiary);
  // Errors of AWS are answers here, by the thousand.
  if (!keepsDiary) Error.stackTraceLimit = 0;
  Math.random = () => world.chance.next();
  try {
    const troubled = Math.max(0, ...plot.acts.map(({ at }) => at), ...plot.faults.map(({ to }) => to));
    const ends = begin + troubled + calm;
    world.schedule(5 * minute, ends);
    new Watch(world).begin(ends);
    work(world);
    if (plot.prompt !== undefined) {
      await world.time.runUntil(begin + plot.prompt.by);
      judgePromptness(plot.prompt.secret, world);
    }
    await world.time.runUntil(ends);
    judgeEnds(world);
    world.schedule(hour, ends + rest);
    await world.time.runUntil(ends + rest);
    judgeRest(world);
    world.schedule(5 * minute, ends + rest + 6 * hour);
    await examine(world);
    judgePace(world);
  } finally {
    Math.random = chance;
    Error.stackTraceLimit = stackTraceLimit;
  }
  const { crimes, diary, functions, ecs } = world;
  const { runs, calls } = functions;
  return { crimes, busiestHour: busiestHour(world), runs, calls, throttled: ecs.throttledCalls, diary };
}
