import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./guardian.sh", import.meta.url));

/** Ends process groups when this process dies in a way that leaves it no time to do so itself. */
export interface Guardian {
  /** Resolves once the guardian is certain to know of the group. */
  add(group: number): Promise<void>;
  drop(group: number): void;
  /** Releases the guardian; it ends what is still registered. */
  release(): void;
}

export function createGuardian(): Guardian {
  const groups = new Set<number>();
  let child: ChildProcess | undefined;

  /** Someone may kill the guardian: the next one gets everything the last one knew. */
  const running = (): ChildProcess => {
    if (child !== undefined) return child;
    const started = spawn("/bin/sh", [SCRIPT], {
      // A session of its own: Ctrl-C in the terminal reaches the parent, not the guardian.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: { PATH: "/usr/bin:/bin" },
    });
    child = started;
    started.on("error", () => forget(started));
    started.on("exit", () => forget(started));
    started.stdin?.on("error", () => forget(started));
    started.unref();
    for (const group of groups) started.stdin?.write(`add ${group}\n`);
    return started;
  };

  const forget = (gone: ChildProcess) => {
    if (child !== gone) return;
    child = undefined;
    if (groups.size > 0) running();
  };

  const send = (verb: "add" | "drop", group: number): Promise<void> =>
    new Promise((resolve) => {
      const { stdin } = running();
      if (stdin) stdin.write(`${verb} ${group}\n`, () => resolve());
      else resolve();
    });

  return {
    add(group) {
      const sent = send("add", group);
      groups.add(group);
      return sent;
    },
    drop(group) {
      if (groups.delete(group)) void send("drop", group);
    },
    release() {
      groups.clear();
      const leaving = child;
      child = undefined;
      leaving?.stdin?.end();
    },
  };
}
