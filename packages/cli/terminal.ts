import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { createColors } from "picocolors";
import { Failure, UsageError } from "./failure.ts";

export type Paint = ReturnType<typeof createColors>;

/** Where a command speaks and asks. Results go to stdout, everything else to stderr, so that pipes stay clean. */
export interface Terminal {
  /** Plain text unless stdout is a terminal: https://no-color.org and `FORCE_COLOR` decide otherwise. */
  readonly paint: Paint;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  print(line: string): void;
  note(line: string): void;
  /** Throws `UsageError` where nobody can be asked. */
  ask(question: string): Promise<string>;
  /** As `ask`, and what is typed is not shown. */
  askSecret(question: string): Promise<string>;
}

export function createTerminal({ stdin, stdout, stderr, env }: NodeJS.Process): Terminal {
  const interactive = stdin.isTTY === true && stderr.isTTY === true;
  const colored = env.NO_COLOR === undefined && (stdout.isTTY === true || env.FORCE_COLOR !== undefined);

  const ask = async (question: string, shown: boolean): Promise<string> => {
    if (!interactive) throw new UsageError(`${question.trim()} Nobody can be asked here: this is no terminal.`);
    stderr.write(question);
    const output = shown ? stderr : new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input: stdin, output, terminal: true });
    const givenUp = new AbortController();
    // The terminal is raw while it is asked: Ctrl-C and Ctrl-D come here, and end no process.
    for (const end of ["SIGINT", "close"]) lines.once(end, () => givenUp.abort());
    try {
      return await lines.question("", { signal: givenUp.signal });
    } catch (error) {
      throw givenUp.signal.aborted ? new Failure("Given up: nothing was changed.") : error;
    } finally {
      lines.close();
      if (!shown) stderr.write("\n");
    }
  };

  return {
    paint: createColors(colored),
    interactive,
    print: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    ask: (question) => ask(question, true),
    askSecret: (question) => ask(question, false),
  };
}
