import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { formatDuration } from "./duration.ts";
import { Failure, UsageError } from "./failure.ts";
import { createPaint, isColored, type Paint, writable } from "./paint.ts";
import { columns, fold } from "./table.ts";

export type { Paint } from "./paint.ts";

/**
 * Where a command prints and asks. Results go to stdout, everything else to stderr, so that pipes stay clean. Nothing
 * of
 * what it prints can drive a terminal: texts come from logs, tasks and other people. Only `fleet shell` writes past it.
 */
export interface Terminal {
  /** Plain text unless stdout is a terminal: https://no-color.org and `FORCE_COLOR` decide otherwise. */
  readonly paint: Paint;
  /** Whether there is a person to ask. */
  readonly interactive: boolean;
  print(line: string): void;
  note(line: string): void;
  /**
   * Progress of long work: on a terminal one line that is rewritten and disappears with the next print, elsewhere
   * a plain line each time it changes. An empty text removes it.
   */
  progress(line: string, sinceMs?: number): void;
  /** Throws `UsageError` without a terminal. */
  ask(question: string): Promise<string>;
  /** As `ask`, without echo. */
  askSecret(question: string): Promise<string>;
}

/** The streams and the environment of a process. */
export type Console = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr" | "env">;

export function createTerminal({ stdin, stdout, stderr, env }: Console): Terminal {
  const interactive = stdin.isTTY === true && stderr.isTTY === true;
  const colored = isColored(stdout, env);
  const plain = (text: string) => writable(text, isColored(stderr, env));
  const notes = createNotes(stderr, plain);

  const ask = async (question: string, shown: boolean): Promise<string> => {
    if (!interactive) throw new UsageError(`${question.trim()} Cannot ask: this is not a terminal.`);
    notes.progress("");
    const asked = plain(question);
    return shown ? readLine(stdin, stderr, asked) : readHidden(stdin, stderr, asked);
  };

  return {
    ...notes,
    paint: createPaint(colored),
    interactive,
    print(line) {
      notes.progress("");
      stdout.write(`${writable(line, colored)}\n`);
    },
    ask: (question) => ask(question, true),
    askSecret: (question) => ask(question, false),
  };
}

async function readHidden(input: NodeJS.ReadStream, stderr: NodeJS.WriteStream, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    // Whoever pastes as soon as they are asked would be echoed by a terminal that is not raw yet.
    return await readLine(input, nowhere, "", () => stderr.write(question));
  } finally {
    stderr.write("\n");
  }
}

async function readLine(
  input: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
  question: string,
  onRaw: () => void = () => undefined,
): Promise<string> {
  const lines = createInterface({ input, output, terminal: true });
  onRaw();
  const givenUp = new AbortController();
  // The terminal is raw while asking: Ctrl-C and Ctrl-D arrive here, and end no process.
  for (const end of ["SIGINT", "close"]) lines.once(end, () => givenUp.abort());
  try {
    return await lines.question(question, { signal: givenUp.signal });
  } catch (error) {
    throw givenUp.signal.aborted ? new Failure("Cancelled: nothing was changed.") : error;
  } finally {
    lines.close();
  }
}

const clearLine = "\r\u001b[2K";

function createNotes(stderr: NodeJS.WriteStream, plain: (text: string) => string): Pick<Terminal, "note" | "progress"> {
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
    const text = shown && sinceMs !== undefined ? `${line}  ${formatDuration(sinceMs)}` : line;
    // A line as wide as the terminal would wrap, and could then not be rewritten.
    stderr.write(plain(text.replaceAll("\n", " ")).slice(0, widthOf(stderr) - 1));
  };
}

function writeChanges(stderr: NodeJS.WriteStream, plain: (text: string) => string): Terminal["progress"] {
  let shown = "";
  return (line) => {
    if (line === "" || line === shown) return;
    shown = line;
    stderr.write(`${plain(line)}\n`);
  };
}

/** A terminal that reports 0 does not know. */
function widthOf({ columns: wide }: NodeJS.WriteStream): number {
  return Math.min(columns, wide || columns);
}
