import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "#sidecar/bundle.ts";
import { timeStart } from "./cold-start.ts";
import { median } from "./median.ts";
import { openStreamsOverHttp, openStreamsOverStdio, type Streams } from "./sidecar-streams.ts";
import { call, start } from "./starter.ts";
import { startStdioClient, stdioProgram } from "./stdio-client.ts";

export interface SidecarBench {
  /** From the start of the process until it listens: as in its image, from source, and an empty Node until it ends. */
  readonly startMs: { readonly image: number; readonly source: number; readonly emptyNode: number };
  readonly figures: readonly Figures[];
  /** Open streams of events at once, and the memory of the sidecar with them. */
  readonly streams: Streams;
  /** The same in front of a server over stdio, and the memory of its one process. */
  readonly stdioStreams: Streams & { readonly childMb: number };
}

interface Figures {
  readonly subject: Subject;
  /** One call after the other, on one connection. */
  readonly p50Ms: number;
  /** Ten connections. */
  readonly requestsPerSecond: number;
  /** Over the bare HTTP server's in the same round: the median. */
  readonly ofBare: number;
  readonly failed: number;
}

type Subject = "bare over HTTP" | "sidecar over HTTP" | "bare over stdio" | "sidecar over stdio";

interface Run {
  readonly one: number;
  readonly ten: number;
  readonly failed: number;
}

const program = "../packages/sidecar/main.ts";
const unlimited = { MCP_CALLS_PER_MINUTE: "1000000" };
const stdioCommand = [process.execPath, stdioProgram];

/** A tool call on the bare SDK server, over HTTP and over stdio, and on both behind a sidecar: in turn, round by round. */
export async function benchSidecar(rounds = 3): Promise<SidecarBench> {
  const bare = await start("./starter-bare.ts", {});
  const upstream = { ...unlimited, MCP_UPSTREAM: `http://127.0.0.1:${bare.port}/mcp` };
  const sidecar = await start(program, upstream);
  const child = await startStdioClient();
  const overStdio = await start(program, { ...unlimited, MCP_CHILD_INSTANCES: "shared" }, stdioCommand);
  const direct = async (seconds: number): Promise<Run> => ({
    one: await child.call(seconds, 1),
    ten: await child.call(seconds, 10),
    failed: 0,
  });
  const subjects: readonly (readonly [Subject, (seconds: number) => Promise<Run>])[] = [
    ["bare over HTTP", (seconds) => load(bare.port, seconds)],
    ["sidecar over HTTP", (seconds) => load(sidecar.port, seconds)],
    ["bare over stdio", direct],
    ["sidecar over stdio", (seconds) => load(overStdio.port, seconds)],
  ];
  const runs = new Map<Subject, Run[]>(subjects.map(([subject]) => [subject, []]));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [subject, run] of subjects) {
        const measured = await run(round === 0 ? 1 : 3);
        // The first round warms up.
        if (round > 0) runs.get(subject)?.push(measured);
      }
    }
  } finally {
    await Promise.all([overStdio, child, sidecar, bare].map((one) => one.stop()));
  }
  return {
    startMs: await timeStarts(),
    figures: [...runs].map(([subject, own]) => summarize(subject, own, runs.get("bare over HTTP") ?? [])),
    streams: await openStreamsOverHttp(1_000),
    stdioStreams: await openStreamsOverStdio(1_000, stdioCommand),
  };
}

/** In turn, medians of five rounds; what V8 compiled is kept from the first, as in the image. */
async function timeStarts(): Promise<SidecarBench["startMs"]> {
  const folder = await mkdtemp(join(tmpdir(), "sidecar-start-"));
  const env = { NODE_COMPILE_CACHE: join(folder, "compiled"), HOST: "127.0.0.1", PORT: "0", MCP_LOGIN: "none" };
  const upstream = { ...env, MCP_UPSTREAM: "http://127.0.0.1:1/mcp" };
  const times: { readonly image: number; readonly source: number; readonly emptyNode: number }[] = [];
  try {
    await bundle("packages/sidecar", join(folder, "sidecar"));
    for (let round = 0; round <= 5; round++) {
      const image = await timeStart(join(folder, "sidecar/main.mjs"), upstream);
      const source = await timeStart(fileURLToPath(new URL(program, import.meta.url)), upstream);
      const began = performance.now();
      await once(spawn(process.execPath, ["-e", ""], { stdio: "ignore" }), "exit");
      if (round > 0) times.push({ image, source, emptyNode: performance.now() - began });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    image: median(times.map(({ image }) => image)),
    source: median(times.map(({ source }) => source)),
    emptyNode: median(times.map(({ emptyNode }) => emptyNode)),
  };
}

async function load(port: number, seconds: number): Promise<Run> {
  const [one, ten] = [await call(port, seconds, 1), await call(port, seconds, 10)];
  const failed = one.non2xx + one.errors + ten.non2xx + ten.errors;
  return { one: one.requests.average, ten: ten.requests.average, failed };
}

function summarize(subject: Subject, runs: readonly Run[], bare: readonly Run[]): Figures {
  return {
    subject,
    // Finer than the median that the load generator gives, in whole milliseconds.
    p50Ms: median(runs.map(({ one }) => 1_000 / one)),
    requestsPerSecond: median(runs.map(({ ten }) => ten)),
    ofBare: median(runs.map(({ ten }, round) => ten / (bare[round]?.ten ?? Number.NaN))),
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
  };
}
