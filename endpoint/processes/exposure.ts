import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

/** A socket that other machines reach, of a process under one of the leaders asked about. */
export interface Exposure {
  readonly leader: number;
  /** Who holds it: the leader, or a descendant, which may have left the leader's group. */
  readonly pid: number;
  /** Such as `0.0.0.0:8000` or `[::]:8000`. */
  readonly address: string;
}

/** Looks once for what listens on an address that is not loopback. */
export type ExposureScan = (leaders: ReadonlySet<number>) => Promise<readonly Exposure[]>;

export const scanExposure: () => ExposureScan = () => (process.platform === "linux" ? scanProc() : scanLsof);

/** https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html */
function scanProc(): ExposureScan {
  // Sockets of other programs, so that each is traced to its process once.
  let strangers = new Set<string>();
  return async (leaders) => {
    const tables = await Promise.all(
      ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
    );
    const open = new Map(tables.flatMap(readOpenSockets));
    const unknown = [...open.keys()].filter((inode) => !strangers.has(inode));
    strangers = new Set([...strangers].filter((inode) => open.has(inode)));
    if (unknown.length === 0) return [];
    const owners = await ownersOf(new Set(unknown), leaders);
    for (const inode of unknown) if (!owners.has(inode)) strangers.add(inode);
    return [...owners].map(([inode, owner]) => ({ ...owner, address: open.get(inode) ?? "" }));
  };
}

/** Inode and address of each listening socket beyond loopback. */
export function readOpenSockets(table: string): (readonly [inode: string, address: string])[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === "0A")
    .flatMap(([, local = "", , , , , , , , inode = ""]) => {
      const [hex = "", port = ""] = local.split(":");
      const bytes = (hex.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, "hex").reverse());
      const address = Buffer.concat(bytes);
      return isLoopback(address) ? [] : [[inode, `${written(address)}:${Number.parseInt(port, 16)}`] as const];
    });
}

const mapped = "00000000000000000000ffff";

function isLoopback(address: Buffer): boolean {
  const hex = address.toString("hex");
  const v4 = hex.startsWith(mapped) ? hex.slice(mapped.length) : hex;
  return v4.length === 8 ? v4.startsWith("7f") : hex === `${"0".repeat(31)}1`;
}

function written(address: Buffer): string {
  if (address.length === 4) return address.join(".");
  const groups = address.toString("hex").match(/.{4}/g) ?? [];
  return `[${new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1)}]`;
}

/** Who holds each socket, and which leader that belongs to, by its session or its ancestors. */
async function ownersOf(
  inodes: ReadonlySet<string>,
  leaders: ReadonlySet<number>,
): Promise<Map<string, Pick<Exposure, "leader" | "pid">>> {
  const parents = new Map<number, { readonly parent: number; readonly session: number }>();
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    // Any process may end between two looks at it.
    const stat = Number.isInteger(pid) ? await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "") : "";
    // The name in parentheses may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const [, parent, , session] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    if (parent !== undefined && session !== undefined) parents.set(pid, { parent, session });
  }
  const leaderOf = (pid: number): number | undefined => {
    if (leaders.has(pid)) return pid;
    const found = parents.get(pid);
    if (found === undefined) return undefined;
    return leaders.has(found.session) ? found.session : leaderOf(found.parent);
  };
  const owners = new Map<string, Pick<Exposure, "leader" | "pid">>();
  for (const pid of parents.keys()) {
    const leader = leaderOf(pid);
    if (leader === undefined) continue;
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode !== undefined && inodes.has(inode)) owners.set(inode, { leader, pid });
    }
  }
  return owners;
}

const run = promisify(execFile);

/** Where there is no /proc, as on macOS. https://lsof.readthedocs.io/en/latest/manpage/#output-for-other-programs */
const scanLsof: ExposureScan = async (leaders) => {
  const options = ["-a", "-nP", "-iTCP", "-sTCP:LISTEN", "-g", [...leaders].join(","), "-Fpgn"];
  // It exits with 1 when it found nothing.
  return readLsof((await run("lsof", options).catch(() => ({ stdout: "" }))).stdout);
};

/** Fields a line: the process, its group, and what each of its files is called. */
export function readLsof(stdout: string): readonly Exposure[] {
  let [leader, pid] = [0, 0];
  return stdout.split("\n").flatMap((line) => {
    if (line.startsWith("p")) pid = Number(line.slice(1));
    if (line.startsWith("g")) leader = Number(line.slice(1));
    if (!line.startsWith("n")) return [];
    const address = line.slice(1);
    return /^(?:127\.|\[::1\]|localhost:)/.test(address) ? [] : [{ leader, pid, address }];
  });
}
