import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "#cli/failure.ts";
import type { FleetDefinition, StagePlan } from "#fleet";
import { MapChange, type MapChangeParts } from "./map-change.ts";
import { Rolls } from "./rolls.ts";
import type { Watched } from "./watched.ts";

const lookEveryMs = 250;

export interface SavesStart {
  readonly map: FleetDefinition;
  readonly plan: StagePlan;
  /** Whether all of the plan runs. */
  readonly complete: boolean;
  readonly watched: Watched;
}

/**
 * Brings what is saved to the running fleet, until Ctrl-C: one thing after the other, so that a save during a deploy
 * is one more deploy after it, and never two at once.
 */
export async function followSaves(parts: MapChangeParts, start: SavesStart): Promise<void> {
  const { stop, print } = parts;
  const { watched } = start;
  const change = new MapChange(parts, start.plan, start.complete);
  const rolls = new Rolls(parts);
  let { map } = start;

  const step = async () => {
    const saved = await watched.look();
    const isAnySaved = saved.sameMap.length > 0 || saved.code.size > 0;
    if (saved.changedMap.length > 0 || (change.isOwing && isAnySaved)) {
      await change.apply((reading) => {
        watched.followMap(reading.files);
        if (reading.kind === "map") map = reading.map;
      });
    }
    // Before the rolls: a file that is imported from now on and saved during one is one more save.
    if (isAnySaved || saved.changedMap.length > 0) await watched.followCode(change.plan);
    for (const [key, files] of saved.code) {
      const service = change.plan.services.find((one) => one.key === key);
      if (service !== undefined && !stop.aborted) await rolls.begin(map, change.plan, service, files);
    }
  };

  while (!stop.aborted) {
    try {
      await step();
    } catch (error) {
      if (!stop.aborted) print(`The saved change did not reach the fleet: ${reasonOf(error)}`);
    }
    // Ctrl-C ends the wait, and with it the loop.
    await sleep(lookEveryMs, undefined, { signal: stop }).catch(() => undefined);
  }
}
