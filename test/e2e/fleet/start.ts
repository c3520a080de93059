import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Project } from "./project.ts";

export const freePorts = ["--endpoint-port", "0", "--https-port", "0", "--http-port", "0"] as const;

/** What `npm start` runs, as a process of its own. */
export interface Start {
  /** Everything it printed, line by line. */
  readonly lines: readonly string[];
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Resolves when it prints a line with these words. Rejects when it ends without. */
  said(words: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export function start({ folder }: Project, args: readonly string[]): Start {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [join(folder, "packages/local/start/main.ts"), ...args], {
    cwd: folder,
    env: { PATH, HOME, NO_COLOR: "1" },
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
    lines,
    exited,
    said: (words) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (lines.some((line) => line.includes(words))) resolve();
        };
        listeners.add(look);
        look();
        exited.then(() => reject(new Error(`It ended without saying ${words}:\n${lines.join("\n")}`)));
      }),
    kill: (signal) => void child.kill(signal),
  };
}
