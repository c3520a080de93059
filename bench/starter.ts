import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type HecDouble, startHecDouble } from "@mcp-fleet/endpoint/doubles/hec";
import autocannon from "autocannon";
import * as v from "valibot";
import { benchColdStart, type ColdStartFigures } from "./cold-start.ts";
import { median } from "./median.ts";

export type Subject = "audit on" | "audit off" | "bare SDK server";

export interface ToolCallFigures {
  readonly subject: Subject;
  /** Of one tool call after the other on each connection: medians over the rounds. */
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  /** Over the bare server's in the same round: the median. */
  readonly ofBare: number;
  readonly failed: number;
}

export interface StarterBench {
  readonly figures: readonly ToolCallFigures[];
  readonly coldStart: readonly ColdStartFigures[];
  /**
   * Calls answered and audit events that arrived, with audit on. Fewer events than calls were lost; a few more are the
   * calls that the load generator cut off at the end of a round.
   */
  readonly audited: { readonly calls: number; readonly events: number };
}

export interface StarterBenchOptions {
  readonly rounds?: number;
  readonly secondsPerRound?: number;
  readonly connections?: number;
}

const token = "5b1f0c80-5f0e-4b53-9a56-1c0d5e5b8c11";
const listening = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ message: v.literal("Listening."), port: v.number(), tls: v.optional(v.number()) }),
);
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Measures a tool call over Streamable HTTP with audit on, with audit off, and on the bare SDK server: each in a
 * process of its own, in turn round by round, so that the machine's moods meet all three.
 */
export async function benchStarter(options: StarterBenchOptions = {}): Promise<StarterBench> {
  const { rounds = 9, secondsPerRound = 1, connections = 10 } = options;
  const hec = await startHecDouble();
  hec.createToken({ name: "bench", token });
  const subjects: readonly { subject: Subject; server: Server }[] = [
    { subject: "audit on", server: await start("../packages/starter/main.ts", auditedBy(hec)) },
    { subject: "audit off", server: await start("../packages/starter/main.ts", {}) },
    { subject: "bare SDK server", server: await start("./starter-bare.ts", {}) },
  ];
  try {
    const results = new Map<Subject, autocannon.Result[]>(subjects.map(({ subject }) => [subject, []]));
    let calls = 0;
    for (let round = 0; round <= rounds; round++) {
      for (const { subject, server } of subjects) {
        const result = await call(server.port, round === 0 ? 1 : secondsPerRound, connections);
        if (subject === "audit on") calls += result["2xx"];
        // The first round warms up.
        if (round > 0) results.get(subject)?.push(result);
      }
    }
    return {
      figures: [...results].map(([subject, runs]) => summarize(subject, runs, results.get("bare SDK server") ?? [])),
      coldStart: await benchColdStart(),
      audited: { calls, events: await settled(hec, calls) },
    };
  } finally {
    await Promise.all(subjects.map(({ server }) => server.stop()));
    await hec.stop();
  }
}

const auditedBy = (hec: HecDouble) => ({
  AUDIT_LOG_ENABLED: "true",
  SPLUNK_HEC_URL: hec.url,
  SPLUNK_HEC_TOKEN: token,
});

export interface Server {
  readonly pid: number | undefined;
  readonly port: number;
  /** Where it serves HTTPS too. */
  readonly tls: number | undefined;
  stop(): Promise<void>;
}

export async function start(
  file: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Server> {
  const child: ChildProcess = spawn(process.execPath, [path(file), ...args], {
    env: { PATH: process.env.PATH ?? "", HOST: "127.0.0.1", PORT: "0", MCP_LOGIN: "none", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  if (child.stdout === null) throw new TypeError("The server's output is a pipe.");
  const { stdout } = child;
  const lines = createInterface({ input: stdout });
  const { port, tls } = await new Promise<v.InferOutput<typeof listening>>((resolve, reject) => {
    lines.on("line", (line) => {
      const parsed = v.safeParse(listening, line);
      if (parsed.success) resolve(parsed.output);
    });
    exited.then(() => reject(new Error(`${file} exited with ${child.exitCode}.`)));
  });
  // From here on nobody reads its log: parsing each line would be the load generator's work for one subject alone.
  lines.close();
  stdout.resume();
  return {
    pid: child.pid,
    port,
    tls,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Of the starter's `add`. */
export const toolCall = {
  headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
  body: JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "add", arguments: { a: 1, b: 2 } },
  }),
};

export function call(port: number, seconds: number, connections: number): Promise<autocannon.Result> {
  return autocannon({
    url: `http://127.0.0.1:${port}/mcp`,
    method: "POST",
    ...toolCall,
    duration: seconds,
    connections,
  });
}

function summarize(
  subject: Subject,
  runs: readonly autocannon.Result[],
  bare: readonly autocannon.Result[],
): ToolCallFigures {
  const rate = (run: autocannon.Result | undefined) => run?.requests.average ?? Number.NaN;
  return {
    subject,
    requestsPerSecond: median(runs.map(rate)),
    ofBare: median(runs.map((run, round) => rate(run) / rate(bare[round]))),
    p99Ms: median(runs.map(({ latency }) => latency.p99)),
    failed: runs.reduce((sum, { non2xx, errors }) => sum + non2xx + errors, 0),
  };
}

/** Waits until the events of all calls are there, or no more come for two seconds. */
async function settled(hec: HecDouble, calls: number): Promise<number> {
  const patience = 2_000;
  await new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, patience);
    hec.onEvent(() => {
      if (hec.search().length >= calls) resolve();
      clearTimeout(timer);
      timer = setTimeout(resolve, patience);
    });
    if (hec.search().length >= calls) resolve();
  });
  return hec.search().length;
}
