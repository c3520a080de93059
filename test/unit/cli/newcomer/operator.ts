import { PassThrough, Readable } from "node:stream";
import { expect } from "vitest";
import { createPaint } from "#cli/paint.ts";
import { run } from "#cli/program.ts";
import type { FleetDefinition } from "#fleet";
import fixture from "../../../fixture/map.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  /** What was printed on stderr, line by line. */
  readonly err: readonly string[];
}

export interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  readonly map?: FleetDefinition;
  /** How `fleet.config.ts` is loaded, where that is what goes wrong. */
  readonly readMap?: () => Promise<FleetDefinition>;
  readonly stdin?: string;
  /** Where it is run, for a command that writes there. */
  readonly project?: string;
  /** What somebody at a terminal answers, in order; without it nobody is there. */
  readonly answers?: readonly string[];
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Called with each line of the result as it comes. */
  readonly onLine?: (line: string) => void;
  /** Called with each line of progress. */
  readonly onProgress?: (line: string) => void;
}

/** Runs `fleet` with the fixture as somebody would, in this process. */
export async function fleet(args: readonly string[], circumstances: Circumstances = {}): Promise<Said> {
  const {
    env = {},
    map = fixture,
    readMap = async () => map,
    stdin,
    answers,
    onLine,
    project = import.meta.dirname,
  } = circumstances;
  const out: string[] = [];
  const err: string[] = [];
  const stdout = new PassThrough();
  stdout.on("data", (data: Buffer) => out.push(data.toString()));
  const left = [...(answers ?? [])];
  const answer = async (question: string) => {
    err.push(question);
    const given = left.shift();
    if (given === undefined) throw new Error(`Nobody answers ${question}`);
    return given;
  };
  const code = await run(args, {
    terminal: {
      paint: createPaint(false),
      interactive: answers !== undefined,
      print(line) {
        out.push(`${line}\n`);
        onLine?.(line);
      },
      note: (line) => err.push(...line.split("\n")),
      progress: (line) => {
        if (line === "") return;
        err.push(line);
        circumstances.onProgress?.(line);
      },
      ask: answer,
      askSecret: answer,
    },
    env,
    project,
    readMap,
    signal: circumstances.signal ?? new AbortController().signal,
    hold: (work) => work,
    stdin: Readable.from(stdin === undefined ? [] : [stdin]),
    stdout,
  });
  return { code, out: out.join(""), err };
}

/** One or two lines on stderr, nothing on stdout, and nothing that only a programmer understands. */
export function expectRefusal(
  { code, out, err }: Said,
  wanted: { readonly code: number; readonly says: RegExp },
): void {
  expect({ code, out }, err.join("\n")).toEqual({ code: wanted.code, out: "" });
  expect(err.length, err.join("\n")).toBeLessThanOrEqual(2);
  expect(err.join("\n")).toMatch(wanted.says);
  expect(err.join("\n")).not.toMatch(/\bat .*:\d+:\d+|\$metadata|Deserialization|Error:|undefined|\[object/);
}
