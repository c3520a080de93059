import { startTerminal, type TerminalSize } from "@mcp-fleet/endpoint/terminal";
import { expect, vi } from "vitest";
import type { FleetStage } from "../../stage/stage.ts";

/** Somebody at a terminal in the project's folder. */
export interface Keyboard {
  type(keys: string): void;
  /** Until the terminal shows these words, below what was seen before. */
  see(words: string | RegExp): Promise<void>;
  resize(size: TerminalSize): void;
  /** What the terminal has shown. */
  shown(): string;
  readonly exited: Promise<{ readonly code: number | null }>;
}

export const keys = { enter: "\r", ctrlC: "\u0003" } as const;

export function sitAt({ fleet, project }: FleetStage, commandLine: string, env: Record<string, string>): Keyboard {
  let shown = "";
  let seen = 0;
  const terminal = startTerminal(fleet.supervisor, {
    commandLine,
    cwd: project.folder,
    env: { TERM: "xterm", ...env },
    size: { cols: 100, rows: 30 },
    onData(data) {
      shown += data.toString();
    },
  });
  return {
    type: (text) => void terminal.process.stdin?.write(text),
    see: (words) =>
      vi.waitFor(
        () => {
          const below = shown.slice(seen);
          const found = typeof words === "string" ? below.indexOf(words) : below.search(words);
          expect(found, `${words} after ${shown}`).toBeGreaterThanOrEqual(0);
          seen += found + 1;
        },
        { timeout: 15_000, interval: 50 },
      ),
    resize: (size) => terminal.resize(size),
    shown: () => shown,
    exited: terminal.process.exited,
  };
}
