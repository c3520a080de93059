import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { median } from "./median.ts";

export interface Load {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  readonly failed: number;
}

export interface Subject {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a POST. */
  readonly body?: string;
}

const autocannon = createRequire(import.meta.url).resolve("autocannon/autocannon.js");

const Result = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    requests: v.object({ average: v.number() }),
    latency: v.object({ p99: v.number() }),
    errors: v.number(),
    timeouts: v.number(),
    non2xx: v.number(),
  }),
);

/** Ten connections for a few seconds on each subject in turn, from a process of its own; medians of three rounds. */
export async function compareLoad(...subjects: readonly [Subject, Subject]): Promise<readonly [Load, Load]> {
  const [first, second]: [Load[], Load[]] = [[], []];
  for (let round = 0; round <= 3; round++) {
    const results = [await run(subjects[0], round === 0 ? 1 : 3), await run(subjects[1], round === 0 ? 1 : 3)] as const;
    if (round === 0) continue; // It warmed up.
    first.push(results[0]);
    second.push(results[1]);
  }
  return [summarize(first), summarize(second)];
}

function summarize(runs: readonly Load[]): Load {
  return {
    requestsPerSecond: median(runs.map((run) => run.requestsPerSecond)),
    p99Ms: median(runs.map((run) => run.p99Ms)),
    failed: runs.reduce((sum, run) => sum + run.failed, 0),
  };
}

async function run({ url, headers = {}, body }: Subject, seconds: number): Promise<Load> {
  const args = [autocannon, "--json", "--no-progress", "-c", "10", "-d", String(seconds)];
  for (const [name, value] of Object.entries(headers)) args.push("-H", `${name}=${value}`);
  if (body !== undefined) args.push("-m", "POST", "-b", body);
  const child = spawn(process.execPath, [...args, url], { stdio: ["ignore", "pipe", "ignore"] });
  const result = v.parse(Result, await text(child.stdout));
  return {
    requestsPerSecond: Math.round(result.requests.average),
    p99Ms: result.latency.p99,
    failed: result.errors + result.timeouts + result.non2xx,
  };
}
