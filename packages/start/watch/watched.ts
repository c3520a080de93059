import { relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Saves } from "#cli/map/saves.ts";
import type { StagePlan } from "#fleet";
import { type Code, codeOf, listCode } from "./code.ts";

/** What was saved, by what it is for; names are relative to the project. */
export interface Saved {
  /** Files of the map that have other content. */
  readonly changedMap: readonly string[];
  /** Files of the map that were saved as they were. */
  readonly sameMap: readonly string[];
  /** Files of its own code that changed, by service. */
  readonly code: ReadonlyMap<string, readonly string[]>;
}

/** A tool that writes several files, or one twice, is considered done after this much silence. */
const silenceMs = 120;
const silencesAtMost = 20;

/** The files of a map and of the code of its services. */
export class Watched {
  readonly #project: string;
  readonly #saves = new Saves();
  #map: ReadonlySet<string> = new Set();
  #code: ReadonlyMap<string, Code> = new Map();

  constructor(project: string) {
    this.#project = project;
  }

  /** From now on the map is in these files; new ones are taken as they are. */
  followMap(files: readonly string[]): void {
    this.#map = new Set(files);
    this.#saves.follow(files);
  }

  /** From now on the services are those of the plan. */
  async followCode({ services }: StagePlan): Promise<void> {
    const code = await Promise.all(
      services.map(async ({ key, localCommand = [], behind }) => {
        const commands = [...localCommand, ...(behind?.localCommand ?? [])];
        return [key, await codeOf(this.#project, commands)] as const;
      }),
    );
    this.#code = new Map(code);
    for (const one of this.#code.values()) this.#saves.follow(listCode(one));
  }

  /** What was saved since the last look, once no more comes. */
  async look(): Promise<Saved> {
    const changed = new Map<string, boolean>();
    for (let silence = 0; silence < silencesAtMost; silence++) {
      const saved = this.#saves.look(this.#all());
      for (const one of saved) changed.set(one.path, one.changed || changed.get(one.path) === true);
      if (saved.length === 0) break;
      await sleep(silenceMs);
    }
    return this.#sorted(changed);
  }

  #all(): ReadonlySet<string> {
    const all = new Set(this.#map);
    for (const code of this.#code.values()) for (const file of listCode(code)) all.add(file);
    return all;
  }

  #sorted(changed: ReadonlyMap<string, boolean>): Saved {
    const ofMap = [...changed].filter(([path]) => this.#map.has(path));
    const code = new Map<string, readonly string[]>();
    for (const [key, one] of this.#code) {
      const own = [...changed].filter(([path, differs]) => differs && isPart(path, one));
      if (own.length > 0)
        code.set(
          key,
          own.map(([path]) => this.#name(path)),
        );
    }
    const named = (differs: boolean) => ofMap.filter((one) => one[1] === differs).map(([path]) => this.#name(path));
    return { changedMap: named(true), sameMap: named(false), code };
  }

  #name(path: string): string {
    return relative(this.#project, path);
  }
}

/** Also a file that is no longer there was part of its folder. */
function isPart(path: string, { folders, files }: Code): boolean {
  return (
    files.includes(path) || folders.some((folder) => path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`))
  );
}
