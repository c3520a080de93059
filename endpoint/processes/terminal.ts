import type { ManagedProcess, ProcessSpec, ProcessSupervisor } from "#endpoint/core/ports.ts";

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** A command that runs on a terminal of its own. */
export interface TerminalProcess {
  readonly process: ManagedProcess;
  /** What runs there is notified with SIGWINCH. */
  resize(size: TerminalSize): void;
}

export interface TerminalSpec extends Pick<ProcessSpec, "cwd" | "env"> {
  readonly commandLine: string;
  readonly size: TerminalSize;
  onData(data: Buffer): void;
}

/** `script` opens a pseudo-terminal. Linux's and the BSDs' take the command in different ways. */
const openTerminal =
  process.platform === "linux" ? 'script -q -e -f -c "$1" /dev/null' : 'script -q /dev/null /bin/sh -c "$1"';
const deviceOption = process.platform === "linux" ? "-F" : "-f";

/** Runs a command line as ECS Exec does: on a terminal of the client's size. */
export function startTerminal(supervisor: ProcessSupervisor, spec: TerminalSpec): TerminalProcess {
  const { cwd, env } = spec;
  let device: string | undefined;
  let wanted: TerminalSize | undefined;
  let busy = false;
  // One after the other: of two at once the older might be the last.
  const apply = async (): Promise<void> => {
    if (busy || device === undefined || wanted === undefined) return;
    busy = true;
    const args = [deviceOption, device, ...sizeWords(wanted)];
    wanted = undefined;
    await supervisor.start({ command: "stty", args, cwd, env }).exited;
    busy = false;
    await apply();
  };
  // The terminal's name comes over file descriptor 4, past the terminal.
  const inside = `stty ${sizeWords(spec.size).join(" ")}; tty >&4; exec 4>&-; ${spec.commandLine}`;
  const process = supervisor.start({
    command: "/bin/sh",
    args: ["-c", `exec 4>&2; exec ${openTerminal}`, "sh", inside],
    cwd,
    env,
    stdin: "open",
    onData(data, stream) {
      const named = stream === "stderr" && device === undefined ? /^(\/dev\/\S+)\n$/.exec(data.toString()) : null;
      if (named === null) return spec.onData(data);
      device = named[1];
      void apply();
    },
  });
  return {
    process,
    resize(size) {
      wanted = size;
      void apply();
    },
  };
}

function sizeWords({ rows, cols }: TerminalSize): readonly string[] {
  return ["rows", String(rows), "cols", String(cols)];
}
