import { readdir, readFile } from "node:fs/promises";

/** A run of events on disk, read and removed as one. */
export interface Segment {
  readonly file: string;
  readonly lines: readonly string[];
}

/**
 * The whole lines of a segment; a process that was killed while it wrote leaves half a line.
 * @returns undefined when there is no such file: its write never came to pass, or another process took this one for
 *   dead and has it now
 */
export async function readSegment(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await readFile(path, "utf8")).split("\n").filter(isWhole);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** The segments of a directory in order, those that its process had adopted and not yet taken in included. */
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
