import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { benchCalls, type CallFigures } from "./calls.ts";

export interface ScaleFigures {
  readonly services: number;
  /** Composing and synthesizing all stacks in a process of its own, the start of SST, CDK and Vitest included. */
  readonly ms: number;
  /** Of that process, where the system shows it (Linux). */
  readonly peakMemoryMb: number | undefined;
  /** Calls and dollars of stages of 10, 100 and 1,000 services. */
  readonly stages: readonly CallFigures[];
}

const root = fileURLToPath(new URL("..", import.meta.url));
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");

/** A thousand services under every limit: the stacks test that proves it, with its time and memory. */
export async function benchScale(): Promise<ScaleFigures> {
  const began = performance.now();
  // One thread in the process itself, so that its peak is the synthesis's.
  const args = [vitest, "run", "--project", "stacks", "--pool", "threads", "test/stacks/scale.test.ts"];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const exited = once(child, "exit");
  let peakMemoryMb: number | undefined;
  let running = true;
  void exited.then(() => {
    running = false;
  });
  while (running) {
    peakMemoryMb = (await peakOf(child.pid)) ?? peakMemoryMb;
    await sleep(100);
  }
  if (child.exitCode !== 0) throw new Error(`test/stacks/scale.test.ts exited with code ${child.exitCode}.`);
  const ms = Math.round(performance.now() - began);
  return { services: 1000, ms, peakMemoryMb, stages: await benchCalls() };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html: `VmHWM`, in kilobytes. */
async function peakOf(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}
