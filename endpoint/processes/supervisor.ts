import { type ChildProcess, spawn } from "node:child_process";
import { type Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ManagedProcess, ProcessSpec, ProcessSupervisor } from "#endpoint/core/ports.ts";
import { type ExposureScan, scanExposure } from "./exposure.ts";
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

/** How long a process may listen beyond loopback until it is noticed, in milliseconds. `lsof` takes its time. */
const WATCH_MS = process.platform === "linux" ? 200 : 1_000;

export interface SupervisorOptions {
  /** Milliseconds between SIGTERM and SIGKILL in `stopAll`. */
  readonly graceMs?: number;
}

/**
 * Runs child processes, each the leader of a process group of its own. When the leader exits, the rest of its group
 * is ended, as a container ends with its first process. When this process ends, by Ctrl-C, a signal, SIGKILL or a
 * crash, a guardian ends every group. A group that opens a port to the network is ended at once.
 */
export function createSupervisor({ graceMs = 5_000 }: SupervisorOptions = {}): ProcessSupervisor {
  const guardian = createGuardian();
  const running = new Set<StartedProcess>();
  const scan = scanExposure();
  let watching = false;
  const watch = async () => {
    if (watching) return;
    watching = true;
    while (running.size > 0) {
      await endExposed(running, scan);
      await sleep(WATCH_MS, undefined, { ref: false });
    }
    watching = false;
  };
  return {
    start(spec) {
      const process = startProcess(spec, guardian);
      running.add(process);
      void process.exited.then(() => running.delete(process));
      void watch();
      return process;
    },
    async stopAll() {
      await Promise.all([...running].map((process) => process.stop(graceMs)));
      guardian.release();
    },
  };
}

interface StartedProcess extends ManagedProcess {
  /** Ends the whole group at once, and logs why. */
  kill(because: string): void;
}

async function endExposed(running: ReadonlySet<StartedProcess>, scan: ExposureScan): Promise<void> {
  const byLeader = new Map([...running].map((process) => [process.pid, process]));
  for (const { leader, pid, address } of await scan(new Set(byLeader.keys()))) {
    // What has a session of its own is not in the leader's group.
    send(pid, "SIGKILL");
    byLeader
      .get(leader)
      ?.kill(
        `It was ended because it listens on ${address}, which other machines can reach. Make it listen on 127.0.0.1: ` +
          "a service by an option or a variable of its server, in `local.command` or `environment` of its map entry.",
      );
  }
}

function startProcess(spec: ProcessSpec, guardian: Guardian): StartedProcess {
  const child = spawn("/bin/sh", ["-c", GATE, "sh", spec.command, ...spec.args], {
    cwd: spec.cwd,
    env: { ...spec.env },
    detached: true,
    stdio: [spec.stdin === "open" ? "pipe" : "ignore", "pipe", "pipe", "pipe"],
  });
  if (child.stdout) listen(child.stdout, "stdout", spec);
  if (child.stderr) listen(child.stderr, "stderr", spec);
  // The process may exit before it has read its input.
  child.stdin?.on("error", () => undefined);
  const group = child.pid;
  if (group === undefined) return notStarted(child, spec);

  let killAt = 0;
  let because: string | undefined;
  const exited = untilGone(child, group, () => killAt)
    .then((exit) => (because === undefined ? exit : { ...exit, because }))
    .finally(() => guardian.drop(group));
  void guardian.add(group).then(() => openGate(child.stdio[3]));

  return {
    pid: group,
    exited,
    ...(child.stdin !== null && { stdin: child.stdin }),
    kill(why) {
      if (because !== undefined) return;
      because = why;
      spec.onLine?.(why, "stderr");
      signalGroup(group, "SIGKILL");
    },
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

/** No process at all: a working directory that does not exist, or no memory left. Shells answer 127 in such cases. */
function notStarted(child: ChildProcess, spec: ProcessSpec): StartedProcess {
  const exited = new Promise<Exit>((resolve) => {
    child.once("error", (error) => {
      spec.onLine?.(`cannot start ${spec.command} in ${spec.cwd}: ${error.message}`, "stderr");
      resolve({ code: 127, signal: null });
    });
  });
  return { pid: 0, exited, stop: () => exited.then(() => undefined), kill: () => undefined };
}

async function untilGone(child: ChildProcess, group: number, killAt: () => number): Promise<Exit> {
  const drained = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const exit = await new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  // A leader that was told to stop may exit first; its children keep the rest of the grace period. The end of their
  // output shows it sooner than the group, which still holds the zombies of an init that reaps late.
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
  return send(-group, signal);
}

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
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
