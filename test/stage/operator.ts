import { PassThrough, Readable } from "node:stream";
import { createPaint } from "#cli/paint.ts";
import { run } from "#cli/program.ts";
import type { Surroundings } from "#cli/stage.ts";
import type { FleetDefinition } from "#fleet";
import type { FleetStage } from "./stage.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Circumstances {
  /** The map as the operator has it; the deployed one by default. */
  readonly map?: FleetDefinition;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  onLine?(line: string): void;
}

/** Runs `fleet` as somebody at a keyboard would, with no terminal: what it prints, and its exit code. */
export function operatorOf(stage: Surrounding, deployed: FleetDefinition) {
  return async (args: readonly string[], circumstances: Circumstances = {}): Promise<Said> => {
    const { surroundings, said } = surround(stage, deployed, circumstances);
    const code = await run(args, surroundings);
    return { code, ...said() };
  };
}

/** What of a stage a command has to do with. */
export interface Surrounding {
  readonly cloud: { readonly place: Pick<FleetStage["cloud"]["place"], "endpointUrl"> };
  readonly project: Pick<FleetStage["project"], "folder">;
  url(host: string): URL;
}

/** What a process would give a command, and what it printed. */
export function surround(stage: Surrounding, deployed: FleetDefinition, circumstances: Circumstances = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = new PassThrough();
  stdout.on("data", (data: Buffer) => out.push(data.toString()));
  const refuse = () => Promise.reject(new Error("Nobody is there to be asked."));
  const surroundings: Surroundings = {
    terminal: {
      paint: createPaint(false),
      interactive: false,
      print(line) {
        out.push(`${line}\n`);
        circumstances.onLine?.(line);
      },
      note: (line) => err.push(`${line}\n`),
      progress: (line) => {
        if (line !== "" && err.at(-1) !== `${line}\n`) err.push(`${line}\n`);
      },
      ask: refuse,
      askSecret: refuse,
    },
    env: {
      AWS_ENDPOINT_URL: stage.cloud.place.endpointUrl,
      FLEET_STAGE: "local",
      MCP_FLEET_HTTPS_PORT: stage.url("google").port,
      ...circumstances.env,
    },
    project: stage.project.folder,
    readMap: async () => circumstances.map ?? deployed,
    signal: circumstances.signal ?? new AbortController().signal,
    hold: (work) => work,
    stdin: Readable.from(circumstances.stdin === undefined ? [] : [circumstances.stdin]),
    stdout,
  };
  return { surroundings, said: () => ({ out: out.join(""), err: err.join("") }) };
}
