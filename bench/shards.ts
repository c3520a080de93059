import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { FleetDefinition, ServiceDefinition } from "#fleet";
import { copyProject } from "../test/fixture/project.ts";
import { echo, googleWorkspace, mapOf } from "../test/stage/maps.ts";
import { type Process, processTree, proportionalMb } from "./processes.ts";

export interface ShardsFigures {
  readonly services: number;
  readonly shards: number;
  /** From the command to the summary: both running services are healthy, the credentials are in place. */
  readonly startUpMs: number;
  /** Resident memory of `npm start` and all below it at its highest, each shared page counted with every process. */
  readonly peakMemoryMb: number;
  /** The highest of the same with each shared page counted once: what the machine gives. */
  readonly peakProportionalMb: number;
  /** The processes of that moment. */
  readonly at: Readonly<Record<string, number>>;
}

const [services, shards] = [300, 12];

/** `npm start` with many services, of which two run: what one machine bears before it serves. */
export async function benchShards(): Promise<ShardsFigures> {
  const project = await copyProject();
  await project.writeMap(largeMap());
  const ports = ["--endpoint-port", "0", "--https-port", "0", "--http-port", "0", "--console-port", "0"];
  const began = performance.now();
  // Without what comes before it: the packages are there.
  const child = spawn("npm", ["start", "--ignore-scripts", "--", ...ports], {
    cwd: project.folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let state: "starting" | "up" | "ended" = "starting";
  void exited.then(() => {
    state = "ended";
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.includes("The fleet is up") && state === "starting") state = "up";
  });
  let peak: readonly Process[] = [];
  let peakProportionalMb = 0;
  while (state === "starting") {
    const now = await processTree(child.pid);
    if (memoryOf(now) > memoryOf(peak)) peak = now;
    if (memoryOf(now) > 0.9 * memoryOf(peak)) {
      peakProportionalMb = Math.max(peakProportionalMb, Math.round(await proportionalMb(now)));
    }
    await sleep(200);
  }
  const startUpMs = Math.round(performance.now() - began);
  const ended = state === "ended";
  // The shell between `npm` and the start does not pass a signal on.
  for (const { name, pid } of await processTree(child.pid)) if (name === "endpoint") process.kill(pid, "SIGINT");
  await exited;
  await project.remove();
  if (ended) throw new Error(`npm start exited with code ${child.exitCode} before the fleet was up.`);
  const peakMemoryMb = Math.round(memoryOf(peak));
  return { services, shards, startUpMs, peakMemoryMb, peakProportionalMb, at: byName(peak) };
}

function largeMap(): FleetDefinition {
  const entries = Array.from({ length: services - 1 }, (_, index): [string, ServiceDefinition] => {
    const key = `service_${String(index + 1).padStart(3, "0")}`;
    return [key, echo(key.replace("_", "-"), { desiredCount: index < 2 ? 1 : 0 })];
  });
  const map = mapOf({ google_workspace: googleWorkspace({ desiredCount: 0 }), ...Object.fromEntries(entries) });
  const stages = Object.entries(map.stages).map(([name, stage]) => [name, { ...stage, shards }] as const);
  return { ...map, stages: Object.fromEntries(stages) };
}

function memoryOf(processes: readonly Process[]): number {
  return processes.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
}

function byName(processes: readonly Process[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(processes, ({ name }) => name);
  return Object.fromEntries([...groups].map(([name, all]) => [`${name} (${all.length})`, Math.round(memoryOf(all))]));
}
