import { readdir, readFile, readlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Processes can be found by their working directory where there is `/proc`. */
export const canListResidents = process.platform === "linux";

/** A process that lives in a folder: everything a fleet starts does, whatever the fleet itself remembers of it. */
export interface Resident {
  readonly pid: number;
  readonly command: string;
  /** Its working directory, relative to the folder. */
  readonly cwd: string;
}

/** Processes whose working directory is in the folder; zombies have none. */
export async function residentsOf(folder: string): Promise<readonly Resident[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => residentIn(folder, pid)));
  return found.filter((resident) => resident !== undefined);
}

async function residentIn(folder: string, pid: string): Promise<Resident | undefined> {
  try {
    const cwd = await readlink(join("/proc", pid, "cwd"));
    if (cwd !== folder && !cwd.startsWith(`${folder}/`)) return undefined;
    const command = await readFile(join("/proc", pid, "cmdline"), "utf8");
    return { pid: Number(pid), command: command.replaceAll("\0", " ").trim(), cwd: relative(folder, cwd) };
  } catch (error) {
    // It ended meanwhile, or belongs to somebody else.
    if (error instanceof Error && "code" in error && ["ENOENT", "ESRCH", "EACCES"].includes(String(error.code))) {
      return undefined;
    }
    throw error;
  }
}

/** Who is left in the folder after `withinMs`, looking again until nobody is. */
export async function lastResidents(folder: string, withinMs: number): Promise<readonly Resident[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = await residentsOf(folder);
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(50);
  }
}
