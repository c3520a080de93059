import type { MapTrouble } from "#console/model/map.ts";
import { openConsole } from "#console/server.ts";
import type { StagePlan } from "#fleet";
import { createConsoleView } from "./console-view.ts";
import { createDoors } from "./doors/doors.ts";
import { followAudit } from "./login-checks.ts";
import type { Step } from "./steps.ts";
import { clientLines, summarize } from "./summary.ts";
import { followSaves, type SavesStart } from "./watch/inner-loop.ts";
import type { MapChangeParts } from "./watch/map-change.ts";

export interface AttendParts extends Omit<MapChangeParts, "follow" | "explain"> {
  readonly consolePort: number;
  readonly plan: StagePlan;
  /** How the start went. */
  readonly start: readonly Step[];
  /** Brings saved changes to the fleet; absent with `--no-watch`. */
  readonly saves: Omit<SavesStart, "plan"> | undefined;
}

/** Shows where everything is and what happens, and brings what is saved to the fleet, until Ctrl-C. */
export async function attend({ consolePort, plan: first, start, saves, ...parts }: AttendParts): Promise<void> {
  const { fleet, print, stop } = parts;
  const doors = createDoors(fleet);
  let plan = first;
  await doors.follow(plan);
  let trouble: MapTrouble | undefined;
  const { view, actions } = createConsoleView(fleet, () => plan);
  const page = await openConsole({ port: consolePort, actions, view: { ...view, mapTrouble: () => trouble } });
  const explain = (why: MapTrouble | undefined) => {
    trouble = why;
  };
  try {
    const standing = { consoleUrl: page.url, doors, steps: start, watching: saves !== undefined };
    for (const line of summarize(plan, fleet, standing)) print(line);
    followAudit(fleet.hec, print);
    const follow = async (next: StagePlan) => {
      const known = new Map(plan.services.map(({ key, url }) => [key, url]));
      plan = next;
      await doors.follow(next);
      for (const line of clientLines(
        next.services.filter(({ key, url }) => known.get(key) !== url),
        fleet,
        doors,
      ))
        print(line);
    };
    if (saves === undefined) await untilStopped(stop);
    else await followSaves({ ...parts, follow, explain }, { ...saves, plan });
  } finally {
    await page.close();
    await doors.close();
  }
}

async function untilStopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  await new Promise((resolve) => stop.addEventListener("abort", resolve, { once: true }));
}
