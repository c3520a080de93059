import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { Complaint } from "#starter/audit/complaint.ts";
import type { Log } from "#starter/log.ts";
import type { Fault } from "../calls/metrics.ts";
import { readLines } from "./lines.ts";
import { readTree } from "./memory.ts";
import { type Failure, Greeting, type Progress, Progress as ProgressSchema, parseLine, type Said } from "./message.ts";

/** The server answered with an error of its own. */
export class Refused extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.name = "Refused";
    this.failure = failure;
  }
}

/** The server gave no answer, and why. */
export class NoAnswer extends Error {
  readonly fault: Fault;
  constructor(fault: Fault, message: string) {
    super(message);
    this.name = "NoAnswer";
    this.fault = fault;
  }
}

export interface ChildOptions {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly log: Log;
  onFault(fault: Fault): void;
  /** What the server tells everybody, such as that its tools are others now. */
  onNotice(method: string, params: Readonly<Record<string, unknown>>): void;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly patienceMs: number;
  onProgress?(progress: Progress): void;
}

interface Pending {
  resolve(result: Record<string, unknown>): void;
  reject(error: Error): void;
  readonly onProgress: AskOptions["onProgress"];
}

/** A call of some MB is usual; a line of more is a flood. */
const mostLineBytes = 16 * 2 ** 20;
/** What waits to be read by a server that does not read. */
const mostUnreadBytes = 8 * 2 ** 20;
const mostPending = 256;
/** Lines of one second that are passed on from a server's log. */
const mostLogLines = 50;
const stopPatienceMs = 2_000;
const memoryEveryMs = 2_000;
const revision = "2025-11-25";

/** One process that speaks MCP over stdin and stdout. */
export class Child {
  readonly #options: ChildOptions;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #pending = new Map<number, Pending>();
  readonly #complaint: Complaint;
  readonly #memory: NodeJS.Timeout;
  #lastId = 0;
  #ended: NoAnswer | undefined;
  #logLines = 0;
  #logSecond = 0;
  /** Resolves, with why, once the process is gone. */
  readonly exited: Promise<NoAnswer>;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#complaint = new Complaint(options.log);
    const [program, ...args] = options.command;
    this.#process = spawn(program, args, { env: { ...options.environment }, stdio: "pipe" });
    this.exited = this.#watchExit(program);
    readLines(
      this.#process.stdout,
      mostLineBytes,
      (line) => this.#take(line),
      () => {
        void this.#fail(
          "flooded",
          `The server wrote a line of more than ${mostLineBytes / 2 ** 20} MiB and was stopped.`,
        );
      },
    );
    readLines(
      this.#process.stderr,
      64 * 2 ** 10,
      (line) => this.#passOn(line),
      () => undefined,
    );
    // Writing to a process that just ended is no failure of its own: its exit says more.
    this.#process.stdin.on("error", () => undefined);
    this.#memory = setInterval(() => void this.#checkMemory(), memoryEveryMs);
    this.#memory.unref();
  }

  /** Whether it has ended, or is about to. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  /** The handshake of the protocol. @throws {NoAnswer | Refused} */
  async greet(patienceMs: number): Promise<Greeting> {
    // The bridge cannot ask a client anything, so it says that it cannot: a server that knows does not try.
    const hello = { protocolVersion: revision, capabilities: {}, clientInfo: { name: "mcp-fleet", version: "1.0.0" } };
    const answer = v.safeParse(Greeting, await this.ask("initialize", hello, { patienceMs }));
    if (!answer.success)
      throw new NoAnswer("not_protocol", "The server's answer to `initialize` is not the protocol's.");
    this.#send({ method: "notifications/initialized" });
    return answer.output;
  }

  /** @throws {NoAnswer | Refused} */
  ask(
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: AskOptions,
  ): Promise<Record<string, unknown>> {
    const { signal, patienceMs, onProgress } = options;
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#pending.size >= mostPending || this.#process.stdin.writableLength > mostUnreadBytes) {
      return Promise.reject(
        new NoAnswer("timeout", "The server is busy with as many calls as it may have. Try again."),
      );
    }
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    const cancel = (reason: string) =>
      this.#send({ method: "notifications/cancelled", params: { requestId: id, reason } });
    const timer = setTimeout(() => {
      cancel("It took too long.");
      reject(
        new NoAnswer("timeout", `The server did not answer ${method} within ${Math.round(patienceMs / 1_000)} s.`),
      );
    }, patienceMs);
    const leave = () => {
      cancel("The client left.");
      reject(new NoAnswer("timeout", "The client left."));
    };
    signal?.addEventListener("abort", leave, { once: true });
    this.#pending.set(id, { resolve, reject, onProgress });
    this.#send({ id, method, params: onProgress === undefined ? params : withProgress(params, id) });
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
      this.#pending.delete(id);
    });
  }

  tell(method: string, params: Readonly<Record<string, unknown>>): void {
    this.#send({ method, params });
  }

  /** Closes stdin, as the protocol asks for, and ends what does not leave. */
  async stop(): Promise<void> {
    this.#ended ??= new NoAnswer("exited", "The server was stopped.");
    this.#process.stdin.end();
    await this.#goneWithin(stopPatienceMs, "SIGTERM");
    await this.#goneWithin(stopPatienceMs, "SIGKILL");
    await this.exited;
  }

  async #goneWithin(patienceMs: number, otherwise: NodeJS.Signals): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), patienceMs);
    const gone = await Promise.race([this.exited.then(() => true), promise]);
    clearTimeout(timer);
    if (gone) return;
    const { pid } = this.#process;
    const tree = pid === undefined ? undefined : await readTree(pid);
    for (const one of tree?.pids ?? []) kill(one, otherwise);
    this.#process.kill(otherwise);
  }

  async #watchExit(program: string): Promise<NoAnswer> {
    const ending = await Promise.race([
      once(this.#process, "exit").then(([code, signal]) => ({ code, signal })),
      once(this.#process, "error").then(([error]) => ({ error })),
    ]).catch((error: unknown) => ({ error }));
    clearInterval(this.#memory);
    if (this.#ended === undefined) {
      this.#ended =
        "error" in ending
          ? new NoAnswer("not_started", `${program} cannot be started: ${codeOf(ending.error)}. Is it in the image?`)
          : new NoAnswer(
              "exited",
              `The server ended ${ending.signal ? `by ${ending.signal}` : `with exit code ${ending.code}`}.`,
            );
      this.#options.log.error(this.#ended.message);
      this.#options.onFault(this.#ended.fault);
    }
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    return this.#ended;
  }

  async #fail(fault: Fault, message: string): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = new NoAnswer(fault, message);
    this.#options.log.error(message);
    this.#options.onFault(fault);
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    await this.stop();
  }

  async #checkMemory(): Promise<void> {
    const { pid } = this.#process;
    const { memoryMiB } = this.#options;
    const tree = pid === undefined ? undefined : await readTree(pid);
    const has = Math.round((tree?.bytes ?? 0) / 2 ** 20);
    if (has > memoryMiB) {
      await this.#fail("out_of_memory", `The server took ${has} MiB, more than its ${memoryMiB}, and was stopped.`);
    }
  }

  #send(message: object): void {
    if (this.#process.stdin.writable) this.#process.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  #take(line: string): void {
    if (line.trim() === "") return;
    const said = parseLine(line);
    if (said === undefined) {
      this.#options.onFault("not_protocol");
      this.#complaint.log(
        "The server writes to stdout what is not the protocol: it is ignored. Its log belongs on stderr.",
        {
          bytes: Buffer.byteLength(line),
        },
      );
    } else this.#hear(said);
  }

  #hear(said: Said): void {
    if ("error" in said) this.#pending.get(said.id)?.reject(new Refused(said.error));
    else if ("result" in said) this.#pending.get(said.id)?.resolve(said.result);
    else if ("id" in said) this.#answer(said.id, said.method);
    else if (said.method === "notifications/progress") {
      const progress = v.safeParse(ProgressSchema, said.params);
      if (progress.success) this.#pending.get(progress.output.progressToken)?.onProgress?.(progress.output);
    } else this.#options.onNotice(said.method, said.params);
  }

  #answer(id: string | number, method: string): void {
    if (method === "ping") this.#send({ id, result: {} });
    else {
      const message = `${method} is not possible here: the client behind this bridge cannot be asked.`;
      this.#send({ id, error: { code: -32601, message } });
    }
  }

  /** A line of the server's own log, as it is; a server that writes without end fills no log. */
  #passOn(line: string): void {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.#logSecond) [this.#logSecond, this.#logLines] = [second, 0];
    this.#logLines += 1;
    if (this.#logLines <= mostLogLines) this.#options.log.info(line.slice(0, 4_000), { stream: "stderr" });
    else if (this.#logLines === mostLogLines + 1) {
      this.#options.onFault("flooded");
      this.#complaint.log(
        `The server writes more than ${mostLogLines} lines a second to its log: the rest is dropped.`,
        {},
      );
    }
  }
}

function withProgress(params: Readonly<Record<string, unknown>>, progressToken: number) {
  const { _meta } = params;
  return { ...params, _meta: { ...(typeof _meta === "object" ? _meta : {}), progressToken } };
}

/** Node quotes the environment in no message, but arguments may be anything: the code says enough. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "it failed";
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
