import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../log.ts";
import { pauseForSecond, readLines } from "./lines.ts";
import { NoAnswer } from "./no-answer.ts";
import { passOnLog } from "./server-log.ts";

export interface ProgramOptions {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
  /** A line that it wrote to stdout. @returns whether somebody waits for it */
  onLine(line: string): boolean;
  /** It writes more than anybody asked for, and is read more slowly. */
  onFlood(): void;
  /** It does what ends every conversation, while it runs. */
  onFailure(why: NoAnswer): void;
  /** Its log is cut, as there is too much of it. */
  onLongLog(): void;
}

/** A call of some MB is usual; a line of more is a flood. */
const mostLineBytes = 16 * 2 ** 20;
/** Of a second, such as progress and logs: a server that writes more waits, and is stopped if it goes on for so long. */
const mostUnasked = 2_000;
const floodSeconds = 5;
const stopPatienceMs = 2_000;
/** What it wrote before it ended, or the end of one that closes its streams, is here by then. */
const settleMs = 500;

/** A process that is spoken to line by line, with all that it starts: they are one group, and end together. */
export class Program {
  readonly #options: ProgramOptions;
  /** Absent for what the system refuses to start at once. */
  readonly #process: ChildProcessWithoutNullStreams | undefined;
  #second = 0;
  #unasked = 0;
  #floods = 0;
  #isOver = false;
  /** Whether the process has ended; what it wrote may still come. */
  isGone = false;
  /** Resolves, with why, once the process is gone. */
  readonly exited: Promise<NoAnswer>;

  constructor(options: ProgramOptions) {
    this.#options = options;
    const started = start(options);
    if ("refused" in started) {
      this.exited = Promise.resolve(started.refused);
      return;
    }
    const { process } = started;
    this.#process = process;
    this.exited = this.#watch(process);
    readLines(
      process.stdout,
      mostLineBytes,
      (line) => this.#take(line),
      () => this.#fail("flooded", `wrote a line of more than ${mostLineBytes / 2 ** 20} MiB`),
    );
    passOnLog(process.stderr, options.log, options.onLongLog);
    for (const [stream, name] of [
      [process.stdin, "stdin"],
      [process.stdout, "stdout"],
    ] as const) {
      stream.once("close", () => void this.#seeClosed(name));
    }
    // What goes wrong with a stream closes it, and its process says more when it ends.
    for (const one of [process, process.stdin, process.stdout, process.stderr]) one.on("error", () => undefined);
  }

  /** 0 for one that was never there. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** What waits to be read by it. */
  get unreadBytes(): number {
    return this.#process?.stdin.writableLength ?? 0;
  }

  write(line: string): void {
    if (this.#process?.stdin.writable) this.#process.stdin.write(`${line}\n`);
  }

  /** Closes stdin, as the protocol asks for, and ends what does not leave. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#process?.stdin.end();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const left = new AbortController();
      const late = wait(stopPatienceMs, true, { signal: left.signal }).catch(() => false);
      if (await Promise.race([late, this.exited.then(() => false)])) this.#kill(signal);
      left.abort();
    }
    await this.exited;
  }

  /** Ends it at once. */
  kill(): void {
    this.#isOver = true;
    this.#process?.stdout.destroy();
    this.#kill("SIGKILL");
  }

  #kill(signal: NodeJS.Signals): void {
    // A group of 0 would be our own.
    if (this.pid === 0) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Gone already.
    }
  }

  #take(line: string): void {
    if (this.#isOver || this.#options.onLine(line)) return;
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) {
      if (this.#unasked <= mostUnasked || second > this.#second + 1) this.#floods = 0;
      [this.#second, this.#unasked] = [second, 0];
    }
    this.#unasked += 1;
    if (this.#unasked === mostUnasked + 1) this.#slowDown();
  }

  #slowDown(): void {
    this.#floods += 1;
    if (this.#floods > floodSeconds) {
      this.#fail("flooded", `wrote more than ${mostUnasked} lines a second that nobody asked for`);
      return;
    }
    this.#options.onFlood();
    if (this.#process) pauseForSecond(this.#process.stdout);
  }

  async #seeClosed(name: string): Promise<void> {
    const isAlive = await Promise.race([wait(settleMs, true), this.exited.then(() => false)]);
    if (isAlive) this.#fail("exited", `closed its ${name}`);
  }

  #fail(fault: "flooded" | "exited", what: string): void {
    if (this.#isOver) return;
    this.kill();
    this.#options.onFailure(new NoAnswer(fault, `The server ${what} and was stopped.`));
  }

  async #watch(child: ChildProcessWithoutNullStreams): Promise<NoAnswer> {
    const over = once(child.stdout, "close").catch(() => undefined);
    try {
      const [code, signal] = await once(child, "exit");
      this.isGone = true;
      // Its last answer may still be on the way, unless what it started holds the stream open.
      await Promise.race([over, wait(settleMs)]);
      return new NoAnswer("exited", `The server ended ${signal ? `by ${signal}` : `with exit code ${code}`}.`);
    } catch (error) {
      return notStarted(this.#options.command[0], error);
    } finally {
      this.#isOver = true;
      this.#kill("SIGKILL");
    }
  }
}

function start({
  command: [program, ...args],
  environment,
}: ProgramOptions): { readonly process: ChildProcessWithoutNullStreams } | { readonly refused: NoAnswer } {
  try {
    return { process: spawn(program, args, { env: { ...environment }, stdio: "pipe", detached: true }) };
  } catch (error) {
    return { refused: notStarted(program, error) };
  }
}

/** Node quotes the environment in no message, but arguments may be anything: the code says enough. */
function notStarted(program: string, error: unknown): NoAnswer {
  const code = error instanceof Error && "code" in error ? String(error.code) : "it failed";
  const remedy = "Is it in the image, executable, and made for its processor?";
  return new NoAnswer("not_started", `${program} cannot be started: ${code}. ${remedy}`);
}
