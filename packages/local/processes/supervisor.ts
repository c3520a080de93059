import { type ChildProcess, spawn } from "node:child_process";
import { type Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ManagedProcess, ProcessSpec, ProcessSupervisor } from "#local/endpoint/ports.ts";
import { createGuardian, type Guardian } from "./guardian.ts";
import { readLines } from "./lines.ts";

/**
 * Holds a new process back until the guardian knows its group: a parent that dies in between closes fd 3, and the
 * process ends before it became anything. `exec` keeps the pid.
 */
const GATE = 'read -r go <&3 || exit 143; exec 3<&-; exec "$@"';

/** How long output may still come after the process and its group are gone. */
const DRAIN_MS = 500;
const POLL_MS = 20;

type Exit = Awaited<ManagedProcess["exited"]>;

export interface SupervisorOptions {
  /** Milliseconds between SIGTERM and SIGKILL in `stopAll`. */
  readonly graceMs?: number;
}

/**
 * Runs child processes, each the leader of a process group of its own. When the leader exits, the rest of its group
 * is ended, as a container ends with its first process. When this process ends, by Ctrl-C, a signal, SIGKILL or a
 * crash, a guardian ends every group.
 */
export function createSupervisor({ graceMs = 5_000 }: SupervisorOptions = {}): ProcessSupervisor {
  const guardian = createGuardian();
  const running = new Set<ManagedProcess>();
  return {
    start(spec) {
      const process = startProcess(spec, guardian);
      running.add(process);
      void process.exited.then(() => running.delete(process));
      return process;
    },
    async stopAll() {
      await Promise.all([...running].map((process) => process.stop(graceMs)));
      guardian.release();
    },
  };
}

function startProcess(spec: ProcessSpec, guardian: Guardian): ManagedProcess {
  const child = spawn("/bin/sh", ["-c", GATE, "sh", spec.command, ...spec.args], {
    cwd: spec.cwd,
    env: { ...spec.env },
    detached: true,
    stdio: [spec.stdin === "open" ? "pipe" : "ignore", "pipe", "pipe", "pipe"],
  });
  if (child.stdout) listen(child.stdout, "stdout", spec);
  if (child.stderr) listen(child.stderr, "stderr", spec);
  // The process may leave before it has read what it was told.
  child.stdin?.on("error", () => undefined);
  const group = child.pid;
  if (group === undefined) return notStarted(child, spec);

  let killAt = 0;
  const exited = untilGone(child, group, () => killAt).finally(() => guardian.drop(group));
  void guardian.add(group).then(() => openGate(child.stdio[3]));

  return {
    pid: group,
    exited,
    ...(child.stdin !== null && { stdin: child.stdin }),
    async stop(graceMs) {
      const deadline = Date.now() + graceMs;
      killAt = killAt === 0 ? deadline : Math.min(killAt, deadline);
      signalGroup(group, "SIGTERM");
      const kill = setTimeout(() => signalGroup(group, "SIGKILL"), graceMs);
      await exited;
      clearTimeout(kill);
    },
  };
}

function listen(source: Readable, stream: "stdout" | "stderr", { onLine, onData }: ProcessSpec): void {
  if (onData === undefined) readLines(source, (line) => onLine?.(line, stream));
  else source.on("data", (data: Buffer) => onData(data, stream));
}

function openGate(gate: ChildProcess["stdio"][number]): void {
  if (!(gate instanceof Writable)) return;
  // The process may have been stopped while it waited.
  gate.on("error", () => undefined);
  gate.end("go\n");
}

/** No process at all: a working directory that does not exist, or no memory left. Shells say 127 for the like. */
function notStarted(child: ChildProcess, spec: ProcessSpec): ManagedProcess {
  const exited = new Promise<Exit>((resolve) => {
    child.once("error", (error) => {
      spec.onLine?.(`cannot start ${spec.command} in ${spec.cwd}: ${error.message}`, "stderr");
      resolve({ code: 127, signal: null });
    });
  });
  return { pid: 0, exited, stop: () => exited.then(() => undefined) };
}

async function untilGone(child: ChildProcess, group: number, killAt: () => number): Promise<Exit> {
  const drained = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const exit = await new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  // A leader that was told to stop may leave first; its children keep what is left of the grace. The end of their
  // output tells sooner than the group, which still holds the zombies of an init that reaps late.
  let silent = false;
  void drained.then(() => {
    silent = true;
  });
  while (!silent && groupExists(group) && Date.now() < killAt()) await sleep(POLL_MS);
  signalGroup(group, "SIGKILL");
  await Promise.race([drained, sleep(DRAIN_MS, undefined, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return exit;
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    // macOS answers EPERM for a group whose members are all zombies.
    if (isErrno(error, "ESRCH") || isErrno(error, "EPERM")) return false;
    throw error;
  }
}

function groupExists(group: number): boolean {
  return signalGroup(group, 0);
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
