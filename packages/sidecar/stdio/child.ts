import * as v from "valibot";
import { Complaint } from "../audit/complaint.ts";
import type { Fault } from "../calls/metrics.ts";
import { excessOf } from "../json-bounds.ts";
import type { Log } from "../log.ts";
import type { Abilities } from "./abilities.ts";
import { Greeting, type Progress, Progress as ProgressSchema, parseLine, type Said, withProgress } from "./message.ts";
import { failureOf, NoAnswer, Refused } from "./no-answer.ts";
import { Program } from "./program.ts";
import { type Asking, openQuestions, type Question } from "./questions.ts";

export interface ChildOptions {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
  /** What its client can be asked; the rest it may not ask, and `cannotAsk` says why. */
  readonly abilities: Abilities;
  readonly cannotAsk: string;
  onFault(fault: Fault): void;
  /** What the server tells everybody, such as that its tools are others now. */
  onNotice(method: string, params: Readonly<Record<string, unknown>>): void;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly patienceMs: number;
  onProgress?(progress: Progress): void;
  /** The client for whom this is asked, where it can be asked in turn. */
  readonly client?: Asking | undefined;
}

interface Pending {
  resolve(result: Record<string, unknown>): void;
  reject(error: Error): void;
  readonly onProgress: AskOptions["onProgress"];
  readonly client: AskOptions["client"];
}

const mostUnreadBytes = 8 * 2 ** 20;
const mostPending = 256;
/** One that is busy with a call may answer late that it is there. */
const pingPatienceMs = 10_000;
const revision = "2025-11-25";
const noise = "The server writes to stdout what is not the protocol: it is ignored. Its log belongs on stderr.";

/** One process that speaks MCP over stdin and stdout. */
export class Child {
  readonly #options: ChildOptions;
  readonly #program: Program;
  readonly #pending = new Map<number, Pending>();
  /** One for each kind of trouble, so that none repeats because of another. */
  readonly #noise: Complaint;
  readonly #flood: Complaint;
  readonly #late: Complaint;
  readonly #pass: (question: Question) => Promise<Record<string, unknown>>;
  #questions = 0;
  #lastId = 0;
  #ended: NoAnswer | undefined;
  /** Resolves, with why, once the process is gone. */
  readonly exited: Promise<NoAnswer>;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#noise = new Complaint(options.log);
    this.#flood = new Complaint(options.log);
    this.#late = new Complaint(options.log);
    this.#pass = openQuestions(options, () => [...this.#pending.values()].flatMap(({ client }) => client ?? []));
    this.#program = new Program({
      ...options,
      onLine: (line) => this.#take(line),
      onFailure: (why) => this.#end(why),
      onFlood: () => {
        options.onFault("flooded");
        this.#flood.log("The server writes more than is asked for: it is read more slowly.", {});
      },
      onLongLog: () => options.onFault("flooded"),
    });
    this.exited = this.#program.exited.then((why) => this.#end(why));
  }

  /** Whether it has ended, or is about to. */
  get hasEnded(): boolean {
    return this.#ended !== undefined || this.#program.isGone;
  }

  get pid(): number {
    return this.#program.pid;
  }

  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  /** The handshake of the protocol. @throws {NoAnswer | Refused} */
  async greet(patienceMs: number): Promise<Greeting> {
    // A server that knows what its client can be asked does not try the rest.
    const { abilities: capabilities } = this.#options;
    const hello = { protocolVersion: revision, capabilities, clientInfo: { name: "mcp-fleet", version: "1.0.0" } };
    const answer = v.safeParse(Greeting, await this.ask("initialize", hello, { patienceMs }));
    if (!answer.success) {
      const where = v.getDotPath(answer.issues[0]) ?? "result";
      throw new NoAnswer("not_protocol", `The server's answer to \`initialize\` is not the protocol's: ${where}.`);
    }
    this.#send({ method: "notifications/initialized" });
    return answer.output;
  }

  /** @throws {NoAnswer | Refused} */
  ask(
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: AskOptions,
  ): Promise<Record<string, unknown>> {
    const { signal, patienceMs, onProgress, client } = options;
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (signal?.aborted) return Promise.reject(new NoAnswer("timeout", "The client left."));
    if (this.#pending.size >= mostPending || this.#program.unreadBytes > mostUnreadBytes) {
      return Promise.reject(
        new NoAnswer("timeout", "The server is busy with as many calls as it may have. Try again."),
      );
    }
    const id = ++this.#lastId;
    // Before anybody waits for it: what cannot be written throws.
    this.#send({ id, method, params: onProgress === undefined ? params : withProgress(params, id) });
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    const leave = (reason: string) => {
      this.#send({ method: "notifications/cancelled", params: { requestId: id, reason } });
      reject(new NoAnswer("timeout", reason));
    };
    const expire = () => {
      if (this.#questions > 0) {
        // It waits for its client.
        timer = setTimeout(expire, patienceMs);
        return;
      }
      const reason = `The server did not answer ${method} within ${Math.round(patienceMs / 1_000)} s.`;
      leave(reason);
      if (method !== "ping" && method !== "initialize") this.#beLate(reason, patienceMs);
    };
    let timer = setTimeout(expire, patienceMs);
    const onLeave = () => leave("The client left.");
    signal?.addEventListener("abort", onLeave, { once: true });
    this.#pending.set(id, { resolve, reject, onProgress, client });
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onLeave);
      this.#pending.delete(id);
    });
  }

  /** Closes stdin, as the protocol asks for, and ends what does not leave. */
  async stop(): Promise<void> {
    this.#ended ??= new NoAnswer("exited", "The server was stopped.");
    await this.#program.stop();
    await this.exited;
  }

  /** Ends it, and all its calls, for what it did. */
  fail(fault: Fault, message: string): void {
    this.#program.kill();
    this.#end(new NoAnswer(fault, message));
  }

  /** The first reason is the one that counts. */
  #end(why: NoAnswer): NoAnswer {
    if (this.#ended === undefined) {
      this.#ended = why;
      this.#options.log.error(why.message);
      this.#options.onFault(why.fault);
    }
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    return this.#ended;
  }

  /** A call may take long; a server that does not say that it is there is stuck, and takes no other call either. */
  #beLate(reason: string, patienceMs: number): void {
    this.#options.onFault("timeout");
    this.#late.log(reason, {});
    this.ask("ping", {}, { patienceMs: Math.min(pingPatienceMs, patienceMs) }).catch((error: unknown) => {
      if (error instanceof NoAnswer && error.fault === "timeout") {
        this.fail("timeout", "The server no longer answers anything and was stopped.");
      }
    });
  }

  #send(message: object): void {
    this.#program.write(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }

  /** @returns whether somebody waits for it */
  #take(line: string): boolean {
    // Some begin with a byte order mark.
    const text = line.trim();
    if (text === "") return false;
    const said = parseLine(text);
    if (said.length > 0) return said.map((one) => this.#hear(one, line)).includes(true);
    this.#ignore(line, noise);
    return false;
  }

  #ignore(line: string, message: string): NoAnswer {
    this.#options.onFault("not_protocol");
    this.#noise.log(message, { bytes: Buffer.byteLength(line) });
    return new NoAnswer("not_protocol", message);
  }

  #hear(said: Said, line: string): boolean {
    if ("misanswered" in said) {
      const pending = this.#pending.get(said.misanswered);
      const misanswer = `The server's answer ${excessOf(line) ?? "is not the protocol's"}.`;
      const error = this.#ignore(line, pending === undefined ? noise : misanswer);
      pending?.reject(error);
      return pending !== undefined;
    }
    if ("error" in said || "result" in said) {
      const pending = this.#pending.get(said.id);
      if ("error" in said) pending?.reject(new Refused(said.error));
      else pending?.resolve(said.result);
      return pending !== undefined;
    }
    if ("id" in said) void this.#answer(said.id, said);
    else if (said.method === "notifications/progress") {
      const progress = v.safeParse(ProgressSchema, said.params);
      if (progress.success) this.#pending.get(progress.output.progressToken)?.onProgress?.(progress.output);
    } else this.#options.onNotice(said.method, said.params);
    return false;
  }

  async #answer(id: string | number, question: Question): Promise<void> {
    if (this.#program.unreadBytes > mostUnreadBytes) {
      this.fail("flooded", "The server asks, and does not read what it is answered: it was stopped.");
      return;
    }
    if (question.method === "ping") {
      this.#send({ id, result: {} });
      return;
    }
    this.#questions += 1;
    try {
      this.#send({ id, result: await this.#pass(question) });
    } catch (error) {
      this.#send({ id, error: failureOf(error) });
    } finally {
      this.#questions -= 1;
    }
  }
}
