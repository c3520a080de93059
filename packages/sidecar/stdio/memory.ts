import { readdir, readFile } from "node:fs/promises";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly bytes: number;
}

/** What runs in the task. */
export type Processes = ReadonlyMap<number, Process>;

/** Alpine, Debian and Fargate's kernels all have pages of this size on both architectures. */
const pageBytes = 4_096;

/**
 * Empty where there is no `/proc`. What a process maps of files, such as Node itself, is there once for all that run it,
 * and goes when memory is short: it is not counted. https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
 */
export async function readProcesses(): Promise<Processes> {
  const names = await readdir("/proc").catch(() => []);
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readProcess));
  return new Map(all.flatMap((one) => (one === undefined ? [] : [[one.pid, one] as const])));
}

/** A process with all that it started: `npx` and a shell put the server below themselves. Orphans stay in its group. */
export function treeOf(processes: Processes, root: number): readonly Process[] {
  // Processes that another namespace began are in group 0, and nothing is below one that was never there.
  const tree = new Set(
    root === 0 ? [] : [...processes.values()].filter(({ pid, group }) => pid === root || group === root),
  );
  for (const { pid } of tree) for (const one of processes.values()) if (one.parent === pid) tree.add(one);
  return [...tree];
}

async function readProcess(pid: string): Promise<Process | undefined> {
  // A process that ends meanwhile has no file.
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => undefined);
  const [stat, statm] = await Promise.all([read("stat"), read("statm")]);
  // The name of the program, in parentheses, may contain anything.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [, resident = 0, shared = 0] = statm?.split(" ").map(Number) ?? [];
  if (fields === undefined) return undefined;
  return {
    pid: Number(pid),
    parent: Number(fields[1]),
    group: Number(fields[2]),
    bytes: (resident - shared) * pageBytes,
  };
}
