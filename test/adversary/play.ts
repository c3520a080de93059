import type { Crime } from "./crimes.ts";
import { busiestHour, examine, judgeEnds, judgePace, judgePromptness, judgeRest } from "./judge.ts";
import { work } from "./operator.ts";
import type { Plot } from "./plot.ts";
import { hour, minute } from "./time.ts";
import { unsettledBy, Watch } from "./watch.ts";
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
  // Real timers, such as those of requests, fire between two plots alone.
  await new Promise((resolve) => setImmediate(resolve));
  const chance = Math.random;
  const { stackTraceLimit } = Error;
  const world = new World(plot, keepsDiary);
  // Errors of AWS are answers here, by the thousand.
  if (!keepsDiary) Error.stackTraceLimit = 0;
  Math.random = () => world.chance.next();
  try {
    const troubled = Math.max(0, ...plot.acts.map(({ at }) => at), ...plot.faults.map(({ to }) => to));
    const ends = troubled + calm;
    new Watch(world).begin(begin + ends);
    work(world);
    if (plot.prompt !== undefined) {
      await world.pass(plot.prompt.by, () => 5 * minute);
      judgePromptness(plot.prompt.secret, world);
    }
    await world.pass(troubled, () => 5 * minute);
    await world.pass(ends, () => (isSettled(world) ? 30 : 5) * minute);
    judgeEnds(world);
    await world.pass(ends + rest, () => (isSettled(world) ? 3 : 1) * hour);
    judgeRest(world);
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

function isSettled(world: World): boolean {
  return world.plot.setting.secrets.every((secret) => unsettledBy(secret, world) === undefined);
}
