import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A TCP port that a process of the fleet listens on. */
export interface Listening {
  readonly pid: number;
  readonly command: string;
  /** As the kernel writes it: `0100007F` is 127.0.0.1. */
  readonly address: string;
  readonly port: number;
}

/** Every listening socket of `root` and of whatever descends from it, by Linux's own tables. */
export function listeningUnder(root: number): readonly Listening[] {
  const sockets = new Map(["tcp", "tcp6"].flatMap((table) => listening(`/proc/net/${table}`)));
  return familyOf(root).flatMap((pid) => {
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    return links(`/proc/${pid}/fd`).flatMap((link) => {
      const socket = sockets.get(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? "");
      return socket === undefined ? [] : [{ pid, command, ...socket }];
    });
  });
}

export const isLoopback = ({ address }: Listening): boolean =>
  /^(?:0{16}FFFF0{4})?[\dA-F]{6}7F$/.test(address.replace("0000000000000000FFFF0000", "")) ||
  address === "00000000000000000000000001000000";

function listening(table: string): (readonly [string, { readonly address: string; readonly port: number }])[] {
  return read(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === "0A")
    .map(([, local = "", , , , , , , , inode = ""]) => {
      const [address = "", port = ""] = local.split(":");
      return [inode, { address, port: Number.parseInt(port, 16) }] as const;
    });
}

function familyOf(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync("/proc").map(Number).filter(Number.isInteger)) {
    const stat = read(`/proc/${pid}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const family = [root];
  for (const pid of family) family.push(...(children.get(pid) ?? []));
  return family;
}

/** Processes come and go between two looks. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function links(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => {
      try {
        return readlinkSync(`${folder}/${name}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}
