import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** What a process and everything that it started uses. */
export interface Usage {
  readonly memoryBytes: number;
  /** Of a processor, since it began. */
  readonly cpuSeconds: number;
}

/** Looks once at the sessions that these processes lead. */
export type UsageReader = (leaders: ReadonlySet<number>) => Promise<ReadonlyMap<number, Usage>>;

export const readUsage: UsageReader = (leaders) => (process.platform === "linux" ? fromProc(leaders) : fromPs(leaders));

/** Both are constants of every Linux that Node runs on. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksPerSecond = 100;
const pageBytes = 4_096;

async function fromProc(leaders: ReadonlySet<number>): Promise<ReadonlyMap<number, Usage>> {
  const found = new Map<number, Usage>();
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  for (const stat of stats) {
    // The name in parentheses may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [session, user, system, pages] = [3, 11, 12, 21].map((at) => Number(fields[at]));
    if (session === undefined || !leaders.has(session)) continue;
    add(found, session, {
      memoryBytes: (pages ?? 0) * pageBytes,
      cpuSeconds: ((user ?? 0) + (system ?? 0)) / ticksPerSecond,
    });
  }
  return found;
}

const run = promisify(execFile);

/** Where there is no /proc, as on macOS. */
async function fromPs(leaders: ReadonlySet<number>): Promise<ReadonlyMap<number, Usage>> {
  const { stdout } = await run("ps", ["-axo", "pgid=,rss=,time="]).catch(() => ({ stdout: "" }));
  return readPs(stdout, leaders);
}

/** Group, kilobytes, and time as `1:02.50` or `1-02:03:04`, a line a process. */
export function readPs(stdout: string, leaders: ReadonlySet<number>): ReadonlyMap<number, Usage> {
  const found = new Map<number, Usage>();
  for (const line of stdout.split("\n")) {
    const [group = "", kilobytes = "", time = ""] = line.trim().split(/\s+/);
    if (!leaders.has(Number(group))) continue;
    const cpuSeconds = time.split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0);
    add(found, Number(group), { memoryBytes: Number(kilobytes) * 1_024, cpuSeconds });
  }
  return found;
}

function add(found: Map<number, Usage>, leader: number, more: Usage): void {
  const { memoryBytes, cpuSeconds } = found.get(leader) ?? { memoryBytes: 0, cpuSeconds: 0 };
  found.set(leader, { memoryBytes: memoryBytes + more.memoryBytes, cpuSeconds: cpuSeconds + more.cpuSeconds });
}
