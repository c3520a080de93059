import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Project } from "../fixture/project.ts";

export const freePorts = [
  "--endpoint-port",
  "0",
  "--https-port",
  "0",
  "--http-port",
  "0",
  "--chats-port",
  "0",
] as const;

/** What `npm start` runs, as a process of its own. */
export interface Start {
  readonly pid: number;
  /** Everything it printed, line by line. */
  readonly lines: readonly string[];
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /**
   * Resolves with the first line that has these words. Rejects when it ends without one.
   * @param since how many earlier lines to skip
   */
  said(words: string, since?: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

export function start({ folder }: Project, args: readonly string[]): Start {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [join(folder, "packages/start/main.ts"), ...args], {
    cwd: folder,
    // As `npm start` has it, but for this run alone: files of a copy are compiled for nobody else.
    env: { PATH, HOME, NO_COLOR: "1", NODE_COMPILE_CACHE: join(tmpdir(), "compiled") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const listener of listeners) listener();
    });
  }
  const exited = once(child, "close").then(() => ({ code: child.exitCode, signal: child.signalCode }));
  return {
    pid: child.pid ?? 0,
    lines,
    exited,
    said: (words, since = 0) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = lines.slice(since).find((one) => one.includes(words));
          if (line !== undefined) resolve(line);
        };
        listeners.add(look);
        look();
        exited.then(() => reject(new Error(`It ended without saying ${words}:\n${lines.join("\n")}`)));
      }),
    kill: (signal) => void child.kill(signal),
  };
}
