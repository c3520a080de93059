import { reasonOf } from "../failure.ts";
import { readMap } from "../map/read.ts";
import { Saves } from "../map/saves.ts";
import { planOf, type Stage } from "../stage.ts";

const lookEveryMs = 1_000;

/** The stage's plan as the map on disk has it, read again when that is saved. */
export interface FollowedMap {
  plan(): Stage["plan"];
  stop(): void;
}

/** @param told what became of a map that was saved; one with a mistake changes nothing */
export async function followMap(stage: Stage, told: (what: string) => void): Promise<FollowedMap> {
  const { project, env } = stage;
  const saves = new Saves();
  const files = new Set((await readMap(project)).files);
  saves.follow(files);
  let plan = stage.plan;
  let reading = false;

  async function look(): Promise<void> {
    if (reading || !saves.look(files).some(({ changed }) => changed)) return;
    reading = true;
    const read = await readMap(project);
    files.clear();
    for (const file of read.files) files.add(file);
    saves.follow(files);
    reading = false;
    try {
      if (read.kind === "mistake") throw read.error;
      plan = await planOf(read.map, plan.stage, env);
      told("fleet.config.ts was saved: the page shows what it says now.");
    } catch (error) {
      told(`fleet.config.ts was saved with a mistake, and is left out: ${reasonOf(error)}`);
    }
  }

  const timer = setInterval(() => void look(), lookEveryMs);
  return { plan: () => plan, stop: () => clearInterval(timer) };
}
