import { setTimeout as sleep } from "node:timers/promises";
import type { MapTrouble } from "#console/model/map.ts";
import { Failure, reasonOf } from "../failure.ts";
import { readMap } from "../map/read.ts";
import { Saves } from "../map/saves.ts";
import { planOf, type Stage } from "../stage.ts";

const lookEveryMs = 500;
/** Who writes a file in several goes, or deletes it first, is done after this much silence. */
const silenceMs = 120;
const silencesAtMost = 20;

/** The stage's plan as the map on disk has it, read again when that is saved. */
export interface FollowedMap {
  plan(): Stage["plan"];
  /** Why the map as it was saved last is left out; undefined where it is the plan. */
  trouble(): MapTrouble | undefined;
  stop(): void;
}

/** @param told what became of a map that was saved; one with a mistake changes nothing */
export async function followMap(
  { project, env, plan: first }: Pick<Stage, "project" | "env" | "plan">,
  told: (what: string) => void,
): Promise<FollowedMap> {
  const saves = new Saves();
  const ended = new AbortController();
  const { signal } = ended;
  let files: ReadonlySet<string> = new Set((await readMap(project)).files);
  saves.follow(files);
  let plan = first;
  let trouble: MapTrouble | undefined;

  async function isSaved(): Promise<boolean> {
    const changed = () => saves.look(files).some((saved) => saved.changed);
    if (!changed()) return false;
    for (let silence = 0; silence < silencesAtMost; silence++) {
      await sleep(silenceMs, undefined, { signal });
      if (!changed()) break;
    }
    return true;
  }

  async function read(): Promise<void> {
    const reading = await readMap(project);
    // Files that are mended one after the other are all followed meanwhile.
    files = new Set(reading.kind === "map" ? reading.files : [...files, ...reading.files]);
    saves.follow(files);
    if (reading.kind === "mistake") throw reading.error;
    const next = await planOf(reading.map, plan.stage, env);
    checkPlace(plan, next);
    plan = next;
  }

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      await sleep(lookEveryMs, undefined, { signal });
      if (!(await isSaved())) continue;
      try {
        await read();
        trouble = undefined;
        told("fleet.config.ts was saved: the page shows what it says now.");
      } catch (error) {
        trouble = { kind: "refused", reason: reasonOf(error) };
        told(`fleet.config.ts was saved, and is left out: ${reasonOf(error)}`);
      }
    }
  }

  follow().catch((error: unknown) => {
    // Its end interrupts a sleep; nothing else may pass unseen.
    if (!signal.aborted) throw error;
  });
  return { plan: () => plan, trouble: () => trouble, stop: () => ended.abort() };
}

/** Whose credentials they are was asked when the console was opened, and of that place. */
function checkPlace(is: Stage["plan"], next: Stage["plan"]): void {
  if (is.account === next.account && is.region === next.region && is.runsOn === next.runsOn) return;
  throw new Failure(
    `Stage ${is.stage} has moved from account ${is.account} in ${is.region} to ${next.account} in ${next.region}: end fleet console with Ctrl-C, and start it again.`,
  );
}
