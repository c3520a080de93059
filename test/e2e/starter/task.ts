import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as v from "valibot";

const logLine = v.pipe(v.string(), v.parseJson(), v.looseObject({ message: v.string(), level: v.string() }));
export type LogLine = v.InferOutput<typeof logLine>;

/** One task of the starter or of the sidecar, as a process. */
export interface Task {
  readonly port: number;
  readonly lines: readonly string[];
  /** Resolves with the first line, past or future, that has `words` in its message. */
  logged(words: string): Promise<LogLine>;
  health(): Promise<Health>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

const health = v.object({
  status: v.literal("ok"),
  sessions: v.object({
    backend: v.string(),
    connected: v.optional(v.boolean()),
    tls: v.optional(v.boolean()),
    encrypted: v.optional(v.boolean()),
  }),
  audit: v.object({
    enabled: v.boolean(),
    delivering: v.boolean(),
    queued: v.number(),
    spooled: v.number(),
    dropped: v.number(),
  }),
});
export type Health = v.InferOutput<typeof health>;

const mainOf = (name: string) => fileURLToPath(new URL(`../../../packages/${name}/main.ts`, import.meta.url));

/** What a task runs. */
export type Program =
  | { readonly kind: "starter" }
  /** In front of a server that speaks stdio, or of one that `MCP_UPSTREAM` names. */
  | { readonly kind: "sidecar"; readonly command?: readonly string[] };

/** @throws {Error} with the log when the task exits before it listens */
export async function startTask(
  env: Readonly<Record<string, string>>,
  program: Program = { kind: "starter" },
): Promise<Task> {
  const args = program.kind === "sidecar" ? (program.command ?? []) : [];
  const child = spawn(process.execPath, [mainOf(program.kind), ...args], {
    env: { PATH: process.env.PATH ?? "", HOST: "127.0.0.1", PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const check of waiting) check();
    });
  }
  // Not with its exit: what it said last may arrive after that.
  const exited = once(child, "close");

  function logged(words: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = lines.map(parse).find((line) => line?.message.includes(words));
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
      exited.then(() => reject(new Error(`The task exited without logging "${words}":\n${lines.join("\n")}`)));
    });
  }

  const { port } = v.parse(v.object({ port: v.number() }), await logged("Listening."));
  return {
    port,
    lines,
    logged,
    health: async () => v.parse(health, await (await fetch(`http://127.0.0.1:${port}/health`)).json()),
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      return child.exitCode;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function parse(line: string): LogLine | undefined {
  const parsed = v.safeParse(logLine, line);
  return parsed.success ? parsed.output : undefined;
}
