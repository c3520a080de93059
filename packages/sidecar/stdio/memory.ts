import { readdir, readFile } from "node:fs/promises";

export interface ProcessTree {
  readonly pids: readonly number[];
  readonly bytes: number;
}

/** Alpine, Debian and Fargate's kernels all have pages of this size on both architectures. */
const pageBytes = 4_096;

/**
 * A process with all that it started, as `npx` and a shell put the server below themselves, and the memory they have.
 * Undefined where there is no `/proc`. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export async function readTree(root: number): Promise<ProcessTree | undefined> {
  const names = await readdir("/proc").catch(() => undefined);
  if (names === undefined) return undefined;
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readProcess));
  const found = new Map(all.flatMap((one) => (one === undefined ? [] : [[one.pid, one] as const])));
  const pids = [root];
  for (const pid of pids) for (const one of found.values()) if (one.parent === pid) pids.push(one.pid);
  const pages = pids.reduce((total, pid) => total + (found.get(pid)?.pages ?? 0), 0);
  return { pids, bytes: pages * pageBytes };
}

async function readProcess(pid: string) {
  // A process that ends meanwhile has no file.
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name of the program, in parentheses, may contain anything.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields === undefined) return undefined;
  return { pid: Number(pid), parent: Number(fields[1]), pages: Number(fields[21]) };
}
