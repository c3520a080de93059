import { readdir, readFile } from "node:fs/promises";

export interface Process {
  readonly pid: number;
  readonly name: string;
  /** Resident. */
  readonly memoryMb: number;
}

const names = [
  ["shell", /^(\/bin\/)?sh\0/],
  ["sst", /sst\/cli\/sst\.js|\.bin\/sst/],
  ["esbuild", /esbuild/],
  ["endpoint", /start\/main\.ts/],
  ["function", /lambda\/bootstrap\.mjs/],
  ["task", /echo\.ts/],
  ["npm", /npm/],
] as const;

/** What these processes take of the machine: a page that several share, such as Node's own code, counts once. */
export async function proportionalMb(processes: readonly Process[]): Promise<number> {
  const kilobytes = processes.map(async ({ pid }) => {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  });
  return (await Promise.all(kilobytes)).reduce((sum, one) => sum + one, 0) / 1024;
}

/** A process and all below it, where the system shows it (Linux); none elsewhere. */
export async function processTree(root: number | undefined): Promise<readonly Process[]> {
  const entries = await readdir("/proc").catch(() => []);
  const all = await Promise.all(entries.filter((entry) => /^\d+$/.test(entry)).map(read));
  const alive = all.filter((one) => one !== undefined);
  const tree = new Set([root]);
  // A child has a higher number than its parent but for a wrap: a second look finds those.
  for (let grown = -1; grown !== tree.size; ) {
    grown = tree.size;
    for (const { pid, parent } of alive) if (tree.has(parent)) tree.add(pid);
  }
  return alive.filter(({ pid }) => tree.has(pid));
}

async function read(pid: string): Promise<(Process & { readonly parent: number }) | undefined> {
  try {
    const [status, command] = await Promise.all([
      readFile(`/proc/${pid}/status`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    const name = names.find(([, pattern]) => pattern.test(command))?.[0] ?? command.split("\0")[0] ?? pid;
    return { pid: Number(pid), parent: field("PPid"), memoryMb: field("VmRSS") / 1024, name };
  } catch {
    // It has ended since the folder was listed.
    return undefined;
  }
}
