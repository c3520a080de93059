import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as v from "valibot";

/** What a call of a function took, in a process of its own. */
export interface Taken {
  readonly ms: number;
  readonly processorMs: number;
  /** Resident, at its highest. */
  readonly memoryMb: number;
}

const exec = promisify(execFile);
const Usage = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ maxRSS: v.number(), userCPUTime: v.number(), systemCPUTime: v.number() }),
);

/** Calls the handler of `functions/<name>` once, in a process as Lambda has it, and nothing else in it. */
export async function callInOwnProcess(
  name: string,
  event: unknown,
  env: Readonly<Record<string, string>>,
): Promise<Taken> {
  const { href } = new URL(`../../functions/${name}/handler.ts`, import.meta.url);
  const script = `const { handler } = await import(${JSON.stringify(href)});
await handler(JSON.parse(process.argv[1]), { getRemainingTimeInMillis: () => 900_000 });
process.stdout.write("\\n" + JSON.stringify(process.resourceUsage()));`;
  const began = performance.now();
  const args = ["--input-type=module", "-e", script, JSON.stringify(event)];
  const { stdout } = await exec(process.execPath, args, { env: { PATH: process.env.PATH, ...env } });
  const ms = Math.round(performance.now() - began);
  const { maxRSS, userCPUTime, systemCPUTime } = v.parse(Usage, stdout.split("\n").at(-1));
  return {
    ms,
    processorMs: Math.round((userCPUTime + systemCPUTime) / 1_000),
    memoryMb: Math.round(maxRSS / 1_024),
  };
}
