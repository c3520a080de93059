import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly zombie: boolean;
  readonly command: string;
}

/** Every process of the machine: from `/proc` where there is one, else from `ps`, which slim images of Linux lack. */
export function listProcesses(): readonly ProcessEntry[] {
  if (existsSync("/proc/self/stat"))
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap(readEntry);
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined
        ? []
        : [
            {
              pid: Number(pid),
              parent: Number(parent),
              zombie: state?.startsWith("Z") === true,
              command: command ?? "",
            },
          ];
    });
}

function readEntry(pid: string): readonly ProcessEntry[] {
  try {
    // The second word is a name in parentheses, which may hold anything.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return [{ pid: Number(pid), parent: Number(parent), zombie: state === "Z", command }];
  } catch {
    return []; // It ended meanwhile.
  }
}
