import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { toolCall } from "./starter.ts";

export const stdioProgram = fileURLToPath(new URL("./bare-stdio.ts", import.meta.url));

export interface StdioClient {
  /** Calls a second, each answered one followed by the next, so many at once. */
  call(seconds: number, atOnce: number): Promise<number>;
  stop(): Promise<void>;
}

const Answer = v.pipe(v.string(), v.parseJson(), v.object({ id: v.number(), result: v.unknown() }));
const { params } = v.parse(v.pipe(v.string(), v.parseJson(), v.object({ params: v.unknown() })), toolCall.body);

/** A client of the bare tool over stdio, with nothing in between. */
export async function startStdioClient(): Promise<StdioClient> {
  const child = spawn(process.execPath, [stdioProgram], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, () => void>();
  let lastId = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id } = v.parse(Answer, line);
    waiting.get(id)?.();
    waiting.delete(id);
  });
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const ask = (method: string, params: unknown) => {
    lastId += 1;
    send({ id: lastId, method, params });
    return new Promise<void>((resolve) => void waiting.set(lastId, resolve));
  };
  const clientInfo = { name: "bench", version: "1.0.0" };
  await ask("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  send({ method: "notifications/initialized" });
  return {
    async call(seconds, atOnce) {
      const began = performance.now();
      const until = began + seconds * 1_000;
      let calls = 0;
      const one = async () => {
        while (performance.now() < until) {
          await ask("tools/call", params);
          calls += 1;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, one));
      return (calls * 1_000) / (performance.now() - began);
    },
    async stop() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
