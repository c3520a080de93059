import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { Complaint } from "../audit/complaint.ts";
import type { Fault } from "../calls/metrics.ts";
import type { Log } from "../log.ts";
import { readLines } from "./lines.ts";
import { readProcesses, treeOf } from "./memory.ts";
import { Greeting, type Progress, Progress as ProgressSchema, parseLine, type Said } from "./message.ts";
import { NoAnswer, Refused } from "./no-answer.ts";
import { passOnLog } from "./server-log.ts";

export interface ChildOptions {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
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
const stopPatienceMs = 2_000;
const revision = "2025-11-25";

/** One process that speaks MCP over stdin and stdout. */
export class Child {
  readonly #options: ChildOptions;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #pending = new Map<number, Pending>();
  readonly #complaint: Complaint;
  #lastId = 0;
  #ended: NoAnswer | undefined;
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
        void this.fail(
          "flooded",
          `The server wrote a line of more than ${mostLineBytes / 2 ** 20} MiB and was stopped.`,
        );
      },
    );
    passOnLog(this.#process.stderr, options.log, () => options.onFault("flooded"));
    // Writing to a process that just ended is no failure of its own: its exit says more.
    this.#process.stdin.on("error", () => undefined);
  }

  /** Whether it has ended, or is about to. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** 0 for one that was never there. */
  get pid(): number {
    return this.#process.pid ?? 0;
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
    if (signal?.aborted) return Promise.reject(new NoAnswer("timeout", "The client left."));
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
    for (const { pid } of treeOf(await readProcesses(), this.pid)) kill(pid, otherwise);
    this.#process.kill(otherwise);
  }

  async #watchExit(program: string): Promise<NoAnswer> {
    const ending = await Promise.race([
      once(this.#process, "exit").then(([code, signal]) => ({ code, signal })),
      once(this.#process, "error").then(([error]) => ({ error })),
    ]).catch((error: unknown) => ({ error }));
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

  /** Ends it, and all its calls, for what it did. */
  async fail(fault: Fault, message: string): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = new NoAnswer(fault, message);
    this.#options.log.error(message);
    this.#options.onFault(fault);
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    await this.stop();
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
