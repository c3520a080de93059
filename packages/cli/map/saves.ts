import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isMissing } from "../file.ts";

interface Sight {
  /** What the file system knows without opening it. */
  readonly stamp: string;
  readonly digest: string;
}

const absent: Sight = { stamp: "absent", digest: "absent" };

/**
 * Files as they were last seen. They are polled, not watched: editors save by renaming, tools delete and
 * recreate, and each system reports that differently, but only the final content counts.
 */
export class Saves {
  readonly #seen = new Map<string, Sight>();

  /** Takes files that were not followed yet as they are. */
  follow(paths: Iterable<string>): void {
    for (const path of paths) if (!this.#seen.has(path)) this.#seen.set(path, sightOf(path, undefined));
  }

  /**
   * What was saved, added or deleted since the last look; `changed` where it also has other content.
   * @param paths all that is followed now; others are forgotten
   */
  look(paths: ReadonlySet<string>): readonly { readonly path: string; readonly changed: boolean }[] {
    const saved: { path: string; changed: boolean }[] = [];
    for (const path of new Set([...paths, ...this.#seen.keys()])) {
      const before = this.#seen.get(path) ?? absent;
      const now = sightOf(path, before);
      if (now.stamp !== before.stamp && (paths.has(path) || now === absent))
        saved.push({ path, changed: now.digest !== before.digest });
      if (paths.has(path)) this.#seen.set(path, now);
      else this.#seen.delete(path);
    }
    return saved;
  }
}

function sightOf(path: string, before: Sight | undefined): Sight {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    if (before?.stamp === stamp) return before;
    return { stamp, digest: createHash("sha256").update(readFileSync(path)).digest("base64") };
  } catch (error) {
    if (isMissing(error)) return absent;
    // Somebody's lock, or no permission for a moment: as it was, until the next look.
    if (before !== undefined) return before;
    return absent;
  }
}
