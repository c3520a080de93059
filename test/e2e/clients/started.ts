import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import type { Surroundings } from "./terminal.ts";

/** `program.ts`, while it runs. */
export interface Program {
  /** @returns what each server answers */
  call(tool: string, input: Record<string, unknown>, expired?: boolean): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

const path = fileURLToPath(new URL("./program.ts", import.meta.url));
const Answers = v.pipe(v.string(), v.parseJson(), v.array(v.unknown()));

export function startProgram(client: string, { home, env, urls }: Surroundings): Program {
  const all = { ...env, HOME: home };
  const child = spawn(process.execPath, [path, client, ...urls], { env: all, stdio: ["pipe", "pipe", "pipe"] });
  const problems = text(child.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    call: async (tool, input, expired = false) => {
      child.stdin.write(`${JSON.stringify({ tool, input, expired })}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`${client} ended: ${await problems}`);
      return v.parse(Answers, line.value);
    },
    close: async () => {
      child.stdin.end();
      await once(child, "close");
    },
  };
}
