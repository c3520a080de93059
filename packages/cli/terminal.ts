import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { createColors } from "picocolors";
import { tellDuration } from "./duration.ts";
import { Failure, UsageError } from "./failure.ts";
import { columns, fold } from "./table.ts";

export type Paint = ReturnType<typeof createColors>;

/** Where a command speaks and asks. Results go to stdout, everything else to stderr, so that pipes stay clean. */
export interface Terminal {
  /** Plain text unless stdout is a terminal: https://no-color.org and `FORCE_COLOR` decide otherwise. */
  readonly paint: Paint;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  print(line: string): void;
  note(line: string): void;
  /**
   * How far long work is: on a terminal one line that is rewritten and goes with the next that is printed, elsewhere
   * a plain line each time it changes. An empty one takes it away.
   */
  progress(line: string, sinceMs?: number): void;
  /** Throws `UsageError` where nobody can be asked. */
  ask(question: string): Promise<string>;
  /** As `ask`, and what is typed is not shown. */
  askSecret(question: string): Promise<string>;
}

/** The streams and the environment of a process. */
export type Console = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr" | "env">;

export function createTerminal({ stdin, stdout, stderr, env }: Console): Terminal {
  const interactive = stdin.isTTY === true && stderr.isTTY === true;
  const notes = createNotes(stderr, isColored(stderr, env));

  const ask = async (question: string, shown: boolean): Promise<string> => {
    if (!interactive) throw new UsageError(`${question.trim()} Nobody can be asked here: this is no terminal.`);
    notes.progress("");
    return shown ? readLine(stdin, stderr, question) : readHidden(stdin, stderr, question);
  };

  return {
    ...notes,
    paint: createColors(isColored(stdout, env)),
    interactive,
    print(line) {
      notes.progress("");
      stdout.write(`${line}\n`);
    },
    ask: (question) => ask(question, true),
    askSecret: (question) => ask(question, false),
  };
}

async function readHidden(input: NodeJS.ReadStream, stderr: NodeJS.WriteStream, question: string): Promise<string> {
  stderr.write(question);
  try {
    return await readLine(input, new Writable({ write: (_chunk, _encoding, done) => done() }), "");
  } finally {
    stderr.write("\n");
  }
}

async function readLine(input: NodeJS.ReadStream, output: NodeJS.WritableStream, question: string): Promise<string> {
  const lines = createInterface({ input, output, terminal: true });
  const givenUp = new AbortController();
  // The terminal is raw while it is asked: Ctrl-C and Ctrl-D come here, and end no process.
  for (const end of ["SIGINT", "close"]) lines.once(end, () => givenUp.abort());
  try {
    return await lines.question(question, { signal: givenUp.signal });
  } catch (error) {
    throw givenUp.signal.aborted ? new Failure("Given up: nothing was changed.") : error;
  } finally {
    lines.close();
  }
}

/** `NO_COLOR` counts unless it is empty: https://no-color.org; `FORCE_COLOR=0` is no force. */
function isColored({ isTTY }: NodeJS.WriteStream, { NO_COLOR = "", FORCE_COLOR = "0", TERM }: NodeJS.ProcessEnv) {
  if (NO_COLOR !== "") return false;
  if (FORCE_COLOR !== "0" && FORCE_COLOR !== "") return true;
  return isTTY === true && TERM !== "dumb";
}

const clearLine = "\r\u001b[2K";

function createNotes(stderr: NodeJS.WriteStream, colored: boolean): Pick<Terminal, "note" | "progress"> {
  const plain = (text: string) => (colored ? text : stripVTControlCharacters(text));
  const progress = stderr.isTTY === true ? rewriteLine(stderr, plain) : writeChanges(stderr, plain);
  return {
    progress,
    note(line) {
      progress("");
      const lines = stderr.isTTY === true ? line.split("\n").flatMap((one) => fold(one, widthOf(stderr))) : [line];
      stderr.write(`${plain(lines.join("\n"))}\n`);
    },
  };
}

function rewriteLine(stderr: NodeJS.WriteStream, plain: (text: string) => string): Terminal["progress"] {
  let shown = false;
  return (line, sinceMs) => {
    if (shown) stderr.write(clearLine);
    shown = line !== "";
    const text = shown && sinceMs !== undefined ? `${line}  ${tellDuration(sinceMs)}` : line;
    // A line as wide as the terminal would wrap, and then be no longer one to rewrite.
    stderr.write(plain(text).slice(0, widthOf(stderr) - 1));
  };
}

function writeChanges(stderr: NodeJS.WriteStream, plain: (text: string) => string): Terminal["progress"] {
  let told = "";
  return (line) => {
    if (line === "" || line === told) return;
    told = line;
    stderr.write(`${plain(line)}\n`);
  };
}

/** A terminal that says 0 does not know. */
function widthOf({ columns: wide }: NodeJS.WriteStream): number {
  return Math.min(columns, wide || columns);
}
