import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** What a test may need and a machine may lack, by the name it is looked up by. */
export type Program =
  | "/proc"
  | "aws"
  | "bash"
  | "chromium"
  | "curl"
  | "fish"
  | "jq"
  | "redis-cli"
  | "redis-server"
  | "script"
  | "session-manager-plugin"
  | "zsh";

declare module "vitest" {
  interface TaskMeta {
    /** What this machine lacks for the test, as `report.ts` prints it. */
    missing?: string;
  }
}

/** Where the PATH has a program. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const places = names.flatMap((name) => (isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name))));
  return places.find(existsSync);
}

/** Any of these is the program: distributions give it different names. */
const names: Partial<Record<Program, readonly string[]>> = {
  chromium: ["chromium", "chromium-browser", "google-chrome"],
  "redis-server": ["valkey-server", "redis-server"],
};

export const pathOf = (program: Program) => findProgram(...(names[program] ?? [program]));

export const browserPath = pathOf("chromium");

/**
 * Options of a test or suite that truly needs programs: `it("…", needs("aws"), async () => …)`. Where one is missing
 * it is skipped, and counted by that name in the line that ends a run. Nothing else skips a test.
 */
export function needs(...programs: readonly Program[]): {
  readonly skip: boolean;
  readonly meta: { missing?: string };
} {
  const missing = programs.find((program) => pathOf(program) === undefined);
  return missing === undefined ? { skip: false, meta: {} } : { skip: true, meta: { missing } };
}
