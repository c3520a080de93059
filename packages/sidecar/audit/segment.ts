import { readdir, readFile } from "node:fs/promises";

/** A run of events on disk, read and removed as one. */
export interface Segment {
  readonly file: string;
  readonly lines: readonly string[];
}

/**
 * The whole lines of a segment; a process that was killed while it wrote leaves half a line.
 * @returns undefined if there is no such file: it was never written, or another process took this one for
 *   dead and adopted it
 */
export async function readSegment(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await readFile(path, "utf8")).split("\n").filter(isWhole);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** The segments of a directory in order, including those its process had adopted but not yet taken in. */
export async function listSegments(directory: string): Promise<readonly string[]> {
  const files = await readdir(directory, { recursive: true });
  return files.filter((file) => file.endsWith(".ndjson")).sort();
}

function isWhole(line: string): boolean {
  try {
    return line !== "" && typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}
