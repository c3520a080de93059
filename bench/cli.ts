import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { copyProject } from "../test/fixture/project.ts";
import { openMany } from "../test/stage/many.ts";
import { mapOfMany } from "../test/stage/many-map.ts";
import { median } from "./median.ts";

export interface CliFigures {
  readonly command: string;
  /** From the start of the process to the first it writes, and to its end: medians. */
  readonly firstMs: number;
  readonly ms: number;
  /** To the end, over an empty Node's in the same rounds. */
  readonly ofEmptyNode: number;
}

const rounds = 9;
const sizes = [2, 500];

/** How long somebody waits at a shell: `./fleet` as processes of their own, against the endpoint, in turn with an empty Node. */
export async function benchCli(): Promise<readonly CliFigures[]> {
  const stages = await Promise.all(
    sizes.map(async (size) => {
      const [many, project] = [await openMany(size), await copyProject()];
      await project.writeMap(mapOfMany(size));
      return { size, many, project };
    }),
  );
  const commands = stages.flatMap(({ size, many, project }) => {
    const door = join(project.folder, "fleet");
    const env = { AWS_ENDPOINT_URL: many.settings.endpoint, FLEET_STAGE: many.plan.stage };
    return [
      { name: `status, ${size} services`, run: [door, "status"], env },
      { name: `completion, ${size} services`, run: [door, "complete", "--", "logs", "many_1"], env },
    ];
  });
  const door = join(stages[0]?.project.folder ?? "", "fleet");
  const subjects = [
    { name: "empty Node", run: [process.execPath, "-e", "0"], env: {} },
    { name: "--help", run: [door, "--help"], env: {} },
    ...commands,
  ];
  try {
    const taken = new Map<string, Taken[]>();
    for (let round = 0; round <= rounds; round++) {
      for (const { name, run, env } of subjects) {
        const one = await time(run, env);
        // The first fills the caches, as the first of an operator does.
        if (round > 0) taken.set(name, [...(taken.get(name) ?? []), one]);
      }
    }
    const medianOf = (name: string, of: keyof Taken) => median((taken.get(name) ?? []).map((one) => one[of]));
    const ratio = (name: string, of: keyof Taken) =>
      Math.round((medianOf(name, of) / medianOf("empty Node", of)) * 100) / 100;
    return subjects.map(({ name: command }) => ({
      command,
      firstMs: Math.round(medianOf(command, "firstMs")),
      ms: Math.round(medianOf(command, "ms")),
      ofEmptyNode: ratio(command, "ms"),
    }));
  } finally {
    for (const { many, project } of stages) {
      await many.close();
      await project.remove();
    }
  }
}

interface Taken {
  readonly firstMs: number;
  readonly ms: number;
}

async function time([command = "", ...args]: readonly string[], env: Readonly<Record<string, string>>): Promise<Taken> {
  const began = performance.now();
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let firstMs: number | undefined;
  child.stdout.on("data", () => {
    firstMs ??= performance.now() - began;
  });
  const [code] = await once(child, "close");
  const ms = performance.now() - began;
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with code ${code}.`);
  return { firstMs: firstMs ?? ms, ms };
}
